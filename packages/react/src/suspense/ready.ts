import type { UntypedChannel, UntypedJoinOptions } from '../core/channel-types.js'
import { hold } from '../core/hold.js'
import type { AnyRealtime } from '../core/realtime.js'

/** 5 s: a component whose wait is over mounts within it, and takes a lease of its own. */
const hold_ms = 5_000
/** 30 s: then who still waits is asked whether it does; a page that was left must not keep its topics joined. */
const wait_ms_max = 30_000

const waiting = new WeakMap<UntypedChannel, Promise<void>>()

/**
 * Resolves when the join of `channel` is decided. A component that suspends never runs an effect, so this holds a
 * lease for it, which ends by itself: the one lease of this package that is asked for while rendering.
 */
export function ready(realtime: AnyRealtime, channel: UntypedChannel, options: UntypedJoinOptions): Promise<void> {
  const found = waiting.get(channel)
  if (found) return found
  const promise = new Promise<void>((resolve) => queueMicrotask(() => wait(realtime, channel, options, resolve)))
  waiting.set(channel, promise)
  return promise
}

function wait(realtime: AnyRealtime, channel: UntypedChannel, options: UntypedJoinOptions, resolve: () => void): void {
  const { clock } = realtime.internal
  const release = acquire(realtime, channel, options)
  const done = () => {
    stop()
    off()
    waiting.delete(channel)
    resolve()
    clock.after(hold_ms, release)
  }
  const off = clock.after(wait_ms_max, done)
  const stop = channel.subscribe(() => {
    const { status } = channel.getSnapshot()
    if (status === 'joined' || status === 'refused' || status === 'closed') done()
  })
}

/** Params that differ from another component's throw where the component can: in its effect. Here we only wait. */
function acquire(realtime: AnyRealtime, channel: UntypedChannel, options: UntypedJoinOptions): () => void {
  try {
    return hold(realtime, channel, options)
  } catch {
    return hold(realtime, channel)
  }
}
