import { memo, useState, type CSSProperties, type ReactElement } from 'react'
import { useMe } from '../common/identity.js'
import { hit } from './store.js'
import { count, leaders } from './summary.js'
import type { Button } from '../contract.js'

/** 4: a card stays a card. */
const leaders_max = 4

interface ButtonCardProps {
  readonly button: Button
  readonly index: number
  readonly away: boolean
}

/** One button with its count, and below it by whom. */
export const ButtonCard = memo(function ButtonCard({ button, index, away }: ButtonCardProps): ReactElement {
  const [presses, setPresses] = useState(0)
  const press = () => {
    if (away) return
    setPresses(presses + 1)
    hit({ button: button.name })
  }
  return (
    <article className="card" style={{ '--hue': (18 + index * 57) % 360 } as CSSProperties}>
      <button
        type="button"
        className="hit"
        data-testid={`hit-${button.name}`}
        aria-label={`${button.name}, ${button.hits} clicks. Click it.`}
        aria-disabled={away}
        onClick={press}
      >
        <span className="hit-name">{button.name}</span>
        <span className="hit-count" data-testid={`hits-${button.name}`}>
          <span key={button.hits} className="hit-number">
            {count(button.hits)}
          </span>
        </span>
        {presses > 0 && (
          <span key={presses} className="hit-plus" aria-hidden="true">
            +1
          </span>
        )}
      </button>
      <Leaders button={button} />
    </article>
  )
})

function Leaders({ button }: { button: Button }): ReactElement {
  const { id: me } = useMe()
  const { places, others } = leaders(button, me, leaders_max)
  const most = Math.max(1, ...places.map(({ hits }) => hits))
  if (places.length === 0) return <p className="leaders-empty">Nobody yet.</p>
  return (
    <div className="leaders">
      <ol aria-label={`Who clicked ${button.name}`}>
        {places.map(({ id, name, hits, rank }) => (
          <li key={id} value={rank} className={id === me ? 'is-me' : undefined} style={{ '--part': hits / most } as CSSProperties}>
            <span className="leader-rank">{rank}</span>
            <span className="leader-name">{name}</span>
            <span className="leader-hits">{count(hits)}</span>
          </li>
        ))}
      </ol>
      {others > 0 && <p className="leaders-more">and {count(others)} more</p>}
    </div>
  )
}
