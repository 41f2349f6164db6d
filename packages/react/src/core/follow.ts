import type { ChannelSnapshot, UntypedChannel } from './channel-types.js'
import type { Store } from './store.js'

export interface Follower {
  /** The reply of every join, also after a reconnect. */
  readonly joined?: ((reply: unknown) => void) | undefined
  /** The events since that reply, in order. */
  readonly events: Readonly<Record<string, (payload: unknown) => void>>
  /** Each state of the channel, after `joined`. */
  readonly channel?: ((snapshot: ChannelSnapshot) => void) | undefined
}

/**
 * Tells what happens on a topic to who builds a state of it: every join reply, and every event after it, none left
 * out and none twice, also to who comes when the topic has long been joined. Holds no lease. The result stops it.
 */
export function follow(channel: UntypedChannel, { joined, events, channel: state }: Follower): () => void {
  let is_joined = false
  const look = () => {
    const snapshot = channel.getSnapshot()
    const begins = snapshot.status === 'joined' && !is_joined
    is_joined = snapshot.status === 'joined'
    if (begins) joined?.(snapshot.response)
    state?.(snapshot)
  }
  look()
  if (is_joined) channel.replay((event, payload) => (Object.hasOwn(events, event) ? events[event]?.(payload) : undefined))
  const stops = Object.entries(events).map(([event, handler]) => channel.on(event, handler))
  stops.push(channel.subscribe(look))
  return () => {
    for (const stop of stops) stop()
  }
}

/** Calls `then` with the present snapshot of a store and with each later one. */
export function watch<T>(store: Store<T>, then: (value: T) => void): () => void {
  then(store.getSnapshot())
  return store.subscribe(() => then(store.getSnapshot()))
}
