import { useEffect, useState, type ReactElement } from 'react'
import { useStore } from '@roost/react/reflux'
import { People } from '../common/People.js'
import { Refused } from '../common/Refused.js'
import { realtime } from '../common/realtime.js'
import { useOffline } from '../common/use-offline.js'
import { ButtonCard } from './ButtonCard.js'
import { clicks, type ClicksState } from './store.js'
import { summary } from './summary.js'

export function Clicks(): ReactElement {
  const { buttons, refusal, failure } = useStore<ClicksState>(clicks)
  const away = useOffline()
  return (
    <div className="clicks">
      <div className="clicks-head">
        <h1>Clicks</h1>
        <p className="lead">{buttons ? summary(buttons) : 'Counting what everybody pressed…'}</p>
      </div>
      {refusal === undefined ? (
        <div className="cards" aria-busy={!buttons}>
          {buttons ? buttons.map((button, i) => <ButtonCard key={button.name} button={button} index={i} away={away} />) : <Skeletons />}
          {buttons?.length === 0 && <p className="empty">This server has no buttons.</p>}
        </div>
      ) : (
        <Refused title="You cannot join the clicks" reason={refusal} retry={realtime.channel('clicks').retry}>
          <a className="button button-main" href="/">
            Start page
          </a>
        </Refused>
      )}
      <People topic="clicks" title="Here now" />
      <Failure key={failure?.number} text={failure?.text} />
    </div>
  )
}

function Skeletons(): ReactElement[] {
  return [0, 1, 2, 3, 4, 5].map((i) => <div key={i} className="card-skeleton skeleton" aria-hidden="true" />)
}

/** 5 s: long enough to read one line. */
const failure_shown_ms = 5_000

function Failure({ text }: { text: string | undefined }): ReactElement {
  const [shown, setShown] = useState(true)
  useEffect(() => {
    const timer = setTimeout(() => setShown(false), failure_shown_ms)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className="toast-place" role="alert">
      {text !== undefined && shown && <p className="toast">{text}</p>}
    </div>
  )
}
