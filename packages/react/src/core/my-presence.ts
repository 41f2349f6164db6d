import type { UntypedChannel } from './channel-types.js'
import { createAlarm, type Clock } from './clock.js'
import { createCell, type Store } from './store.js'

/** 100 ms: ten writes a second look like motion, and a cursor makes a hundred. */
export const throttle_ms_default = 100

export interface MyPresenceOptions<Mine> {
  /** The event that the server takes the state with, and puts it into the meta. */
  readonly event: string
  /** What the server tracks by itself at every join. */
  readonly initial: Mine
  /** The least time between two writes. */
  readonly throttle_ms?: number | undefined
}

/** What one user of a topic tells about itself: shown here at once, written to the server at a bounded rate. */
export interface MyPresence<Mine> extends Store<Mine> {
  /** Changes some fields. */
  update(this: void, change: Partial<Mine>): void
  /** Follows the channel, so that every join is told what the server cannot know; the result writes what is left and stops. */
  start(this: void): () => void
}

export function createMyPresence<Mine extends object>(
  channel: UntypedChannel,
  clock: Clock,
  { event, initial, throttle_ms = throttle_ms_default }: MyPresenceOptions<Mine>,
): MyPresence<Mine> {
  const mine = createCell(initial)
  const pause = createAlarm(clock)
  // What the server knows, as far as we know.
  let written = initial

  const write = () => {
    const wanted = mine.getSnapshot()
    if (isSame(wanted, written) || channel.getSnapshot().status !== 'joined') return
    written = wanted
    void channel.push(event, wanted)
    pause.set(throttle_ms, write)
  }
  let was_joined = false
  const follow = () => {
    const is_joined = channel.getSnapshot().status === 'joined'
    if (is_joined && !was_joined) {
      // A join begins with what the server tracks by itself.
      written = initial
      if (!pause.is_set) write()
    }
    was_joined = is_joined
  }

  return {
    subscribe: mine.subscribe,
    getSnapshot: mine.getSnapshot,
    getServerSnapshot: mine.getServerSnapshot,
    update(change) {
      const before = mine.getSnapshot()
      const after = { ...before, ...change }
      if (isSame(before, after)) return
      mine.set(after)
      if (!pause.is_set) write()
    },
    start() {
      const stop = channel.subscribe(follow)
      follow()
      return () => {
        stop()
        write()
        pause.off()
        was_joined = false
      }
    },
  }
}

const isSame = (a: object, b: object): boolean =>
  Object.entries(a).every(([name, value]) => Object.is(value, b[name as keyof typeof b])) && Object.keys(a).length === Object.keys(b).length
