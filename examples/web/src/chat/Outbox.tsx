import type { ReactElement } from 'react'
import type { Unsent } from './use-outbox.js'

interface OutboxProps {
  readonly unsent: readonly Unsent[]
  readonly onRetry: (unsent: Unsent) => void
  readonly onDiscard: (unsent: Unsent) => void
}

/** Our messages that the server has not taken: on their way, or with what went wrong and what can be done. */
export function Outbox({ unsent, onRetry, onDiscard }: OutboxProps): ReactElement | null {
  if (unsent.length === 0) return null
  return (
    <ul className="outbox" aria-label="Not sent yet">
      {unsent.map((each) => (
        <li key={each.key} className="unsent" data-testid="unsent">
          <p className="body">{each.body}</p>
          {each.problem === undefined ? (
            <span className="unsent-state">Sending…</span>
          ) : (
            <span className="unsent-state unsent-problem">
              Not sent: {each.problem}
              <button type="button" className="link" onClick={() => onRetry(each)}>
                Send again
              </button>
              <button type="button" className="link" onClick={() => onDiscard(each)}>
                Discard
              </button>
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}
