/** Time as the core sees it, so that a test can have its own. */
export interface Clock {
  /** Unix milliseconds. */
  now(this: void): number
  /** Calls `then` once, `ms` from now; the result calls it off. */
  after(this: void, ms: number, then: () => void): () => void
}

export const real_clock: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}

/** A clock that may still ring for the latest call of `after` only. */
export interface Alarm {
  set(this: void, ms: number, then: () => void): void
  off(this: void): void
  readonly is_set: boolean
}

export function createAlarm(clock: Clock): Alarm {
  let off: (() => void) | undefined
  const stop = () => {
    off?.()
    off = undefined
  }
  return {
    set(ms, then) {
      stop()
      off = clock.after(ms, () => {
        off = undefined
        then()
      })
    },
    off: stop,
    get is_set() {
      return off !== undefined
    },
  }
}
