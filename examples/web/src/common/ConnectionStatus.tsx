import type { ReactElement } from 'react'
import { useConnection, type ConnectionStatus as Status } from '@roost/react'

const words: Record<Status, string> = { connecting: 'Connecting', open: 'Live', offline: 'Server away' }

export function ConnectionStatus(): ReactElement {
  const { status } = useConnection()
  return (
    <span className="status" role="status" data-testid="connection-status" data-state={status}>
      <span className="status-dot" aria-hidden="true" />
      <span className="status-word">{words[status]}</span>
    </span>
  )
}
