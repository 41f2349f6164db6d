/** A number in [0, 1), as Math.random. */
export type Random = () => number

/** 250 ms: the first retry after a loss comes within it, so that a short one is hardly seen. */
const backoff_first_ms = 250
/** 5 s: who waits for a server that is back should not wait longer. 10,000 clients then make 2,000 attempts a second. */
const backoff_max_ms = 5_000

/**
 * How long to wait before attempt number `tries` (from 1): anything up to a bound that doubles. All of it is
 * random ("full jitter"): clients that were lost together must not come back together.
 */
export function backoff(tries: number, random: Random): number {
  return Math.round(random() * Math.min(backoff_max_ms, backoff_first_ms * 2 ** (tries - 1)))
}

/** A server that goes down on purpose (PROTOCOL §5.8, G4). */
const close_code_restart = 1012
/** 3 s: what all clients of a server that gives no advice are spread over. */
const spread_default_ms = 3_000
/** 10 min: advice beyond it is a mistake. */
const spread_max_ms = 600_000

/**
 * How long to stay away after the connection was closed: any moment of the span that a server going down asks
 * for in its close reason ("retry within 5000 ms"), so that its clients come back spread over it. undefined: it
 * was no such close.
 */
export function drainDelay(event: { readonly code?: number; readonly reason?: string } | undefined, random: Random): number | undefined {
  if (event?.code !== close_code_restart) return undefined
  const advice = /\bretry within (\d{1,9}) ms\b/.exec(event.reason ?? '')?.[1]
  return Math.round(random() * Math.min(spread_max_ms, advice === undefined ? spread_default_ms : Number(advice)))
}
