import { createAlarm, type Clock } from './clock.js'

/** Counts leases; `first` runs when one is taken from zero, `last` some ms after the count is zero again. */
export interface Leases {
  /** Takes a lease; returns the function that gives it back (more calls do nothing). */
  acquire(this: void): () => void
  readonly count: number
  /** Whether it is held, or lingers. */
  readonly active: boolean
}

export interface LeaseOptions {
  readonly clock: Clock
  /**
   * How long to wait after the last lease. StrictMode and a change of page give a lease back and take it
   * again at once: with a linger nothing happens in between.
   */
  readonly linger_ms: number
  readonly first: () => void
  readonly last: () => void
}

export function createLeases({ clock, linger_ms, first, last }: LeaseOptions): Leases {
  const linger = createAlarm(clock)
  let count = 0
  let active = false

  const release = () => {
    count -= 1
    if (count > 0) return
    linger.set(linger_ms, () => {
      active = false
      last()
    })
  }

  return {
    acquire() {
      count += 1
      linger.off()
      if (!active) {
        active = true
        first()
      }
      let held = true
      return () => {
        if (!held) return
        held = false
        release()
      }
    },
    get count() {
      return count
    },
    get active() {
      return active
    },
  }
}
