// The timers of clients: a push without an answer keeps one until its time-out, some clients forget theirs when they disconnect, and each
// would keep the process of a finished test file alive.
const timers = new Set()
for (const name of ['setTimeout', 'setInterval']) {
  const original = globalThis[name]
  globalThis[name] = Object.assign((...args) => {
    const timer = original(...args)
    timers.add(timer)
    return timer
  }, original)
}

/** Cancels all that were set since this module was loaded; for the end of a file. */
export const stopTimers = () => timers.forEach(clearTimeout)
