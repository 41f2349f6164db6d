import type { ReactElement } from 'react'
import { useChannel, useConnection, type ConnectionStatus as Status } from '@roost/react'
import type { Page } from './Shell.js'

const words: Record<Status, string> = { connecting: 'Connecting', open: 'Live', offline: 'Server away' }
/** The topic of a page whose reply names the node, if the server is one of a cluster. */
const topics = { clicks: 'clicks', chat: 'lobby' } as const

export function ConnectionStatus({ page }: { page: Page }): ReactElement {
  const { status } = useConnection()
  const channel = useChannel(topics[page])
  const node = status === 'open' && channel.status === 'joined' ? channel.response?.node : undefined
  return (
    <span className="status" role="status" data-testid="connection-status" data-state={status}>
      <span className="status-dot" aria-hidden="true" />
      <span className="status-word">{words[status]}</span>
      {node !== undefined && (
        <span className="status-node">
          on <span data-testid="node">{node}</span>
        </span>
      )}
    </span>
  )
}
