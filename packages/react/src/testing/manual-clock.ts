import type { Clock } from '../core/clock.js'

interface Ring {
  readonly at: number
  readonly then: () => void
}

/** Time that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** The moment of the next ring within `ms` from now, or that of the end of them. */
  next(this: void, until: number): number
  /** Goes to that moment and rings what is due, in order. */
  goTo(this: void, at: number): void
}

export function createManualClock(start: number): ManualClock {
  let now = start
  const rings = new Set<Ring>()
  const due = (at: number) => [...rings].filter((ring) => ring.at <= at).sort((a, b) => a.at - b.at)
  return {
    now: () => now,
    after(ms, then) {
      const ring = { at: now + ms, then }
      rings.add(ring)
      return () => void rings.delete(ring)
    },
    next: (until) => due(until)[0]?.at ?? until,
    goTo(at) {
      now = Math.max(now, at)
      for (const ring of due(at)) if (rings.delete(ring)) ring.then()
    },
  }
}
