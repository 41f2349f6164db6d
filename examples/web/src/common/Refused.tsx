import type { ReactElement, ReactNode } from 'react'

interface RefusedProps {
  readonly title: string
  readonly reason: string
  readonly retry: () => void
  /** Another way out. */
  readonly children?: ReactNode
}

/** The server said no: why, and what one can do. */
export function Refused({ title, reason, retry, children }: RefusedProps): ReactElement {
  return (
    <div className="refused" role="alert" data-testid="refused">
      <h2>{title}</h2>
      <p>
        The server answered: <q>{reason}</q>.
      </p>
      <div className="actions">
        {children}
        <button type="button" className="button" onClick={retry}>
          Ask again
        </button>
      </div>
    </div>
  )
}
