import type { ReactElement } from 'react'
import { useConnection } from '@roost/react'
import { Icon } from './Icons.js'
import { clockTime, span } from './time.js'
import { useNow } from './use-now.js'

/** Says that the server is away, since when, and that nothing needs to be done; not for a loss of a moment. */
export function OfflineBanner(): ReactElement {
  const since = useConnection(({ lost_since }) => lost_since)
  return (
    <div className="banner-place" aria-live="polite">
      {since !== undefined && (
        <div className="banner" data-testid="offline-banner">
          <Icon name="away" />
          <p>
            <strong>The server is away</strong> since <time dateTime={new Date(since).toISOString()}>{clockTime(since)}</time>
            <Ticking since={since} />. This page comes back by itself; you need not do anything.
          </p>
        </div>
      )}
    </div>
  )
}

/** Counts on without being read out every second. */
function Ticking({ since }: { since: number }): ReactElement {
  return <span aria-hidden="true"> ({span(useNow(1_000) - since).replace(' ', '\u00a0')})</span>
}
