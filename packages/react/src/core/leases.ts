/** Counts leases; `first` runs when one is taken from zero, `last` some ms after the count is zero again. */
export interface Leases {
  /** Takes a lease; returns the function that gives it back (more calls do nothing). */
  acquire(this: void): () => void
  readonly count: number
}

/**
 * `linger_ms`: how long to wait after the last lease. StrictMode and a change of page give a lease
 * back and take it again at once: with a linger nothing happens in between.
 */
export function createLeases(linger_ms: number, first: () => void, last: () => void): Leases {
  let count = 0
  let active = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const release = () => {
    count -= 1
    if (count > 0) return
    timer = setTimeout(() => {
      timer = undefined
      active = false
      last()
    }, linger_ms)
  }

  return {
    acquire() {
      count += 1
      clearTimeout(timer)
      timer = undefined
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
  }
}
