import type { ChannelSnapshot } from '../core/channel-types.js'
import type { ConnectionSnapshot } from '../core/connection.js'
import type { Entry, EventName, EventOf, ParamsOf, Registered, ReplyOf, Topic } from '../core/contract.js'
import { follow, watch, type Follower } from '../core/follow.js'
import { hold } from '../core/hold.js'
import type { AnyRealtime, Realtime } from '../core/realtime.js'
import { createCell, type Store } from '../core/store.js'
import type { Listenable } from './listenable.js'

/** The state after something happened. The same object when nothing changed. */
export type Reducer<State, Value> = (state: State, value: Value) => State

/** Says which reducer follows which Listenable: `when(hit.failed, (state, { result }) => ...)`. */
export type When<State> = <Value>(source: Listenable<Value>, reducer: Reducer<State, Value>) => void

export interface LocalStoreOptions<State> {
  readonly initial: State
  /** What the store listens to in the page: actions, and what became of them. */
  readonly actions?: (when: When<State>) => void
}

export interface TopicStoreOptions<State, C, T extends string> extends LocalStoreOptions<State> {
  readonly realtime: Realtime<C>
  /** Joined while somebody reads the store. */
  readonly topic: T
  readonly params?: ParamsOf<Entry<C, T>> | (() => ParamsOf<Entry<C, T>>)
  /** The reply of every join, also after a reconnect. */
  readonly joined?: Reducer<State, ReplyOf<Entry<C, T>>>
  /** What the server says. */
  readonly events?: { readonly [E in EventName<Entry<C, T>>]?: Reducer<State, EventOf<Entry<C, T>, E>> }
  /** Each state of the channel, after `joined`. */
  readonly channel?: Reducer<State, ChannelSnapshot<ReplyOf<Entry<C, T>>>>
  readonly connection?: Reducer<State, ConnectionSnapshot>
}

export interface EventStore<State> extends Store<State>, Listenable<State> {
  /** Listens to nothing any more. */
  stop(this: void): void
}

/** A store that changes only by what the server says and the page does, with pure functions of the state. */
export function createStore<State, T extends Topic<C>, C = Registered>(options: TopicStoreOptions<State, C, T>): EventStore<State>
export function createStore<State>(options: LocalStoreOptions<State>): EventStore<State>
export function createStore<State>(options: LocalStoreOptions<State> | UntypedOptions<State>): EventStore<State> {
  const cell = createCell(options.initial)
  const reduce =
    <Value>(reducer: Reducer<State, Value>) =>
    (value: Value) => {
      try {
        cell.set(reducer(cell.getSnapshot(), value))
      } catch (error) {
        console.error('@roost/react: a reducer threw, and the state stays as it was', error)
      }
    }
  const stops: (() => void)[] = []
  options.actions?.((source, reducer) => stops.push(source.listen(reduce(reducer))))
  const acquire = 'topic' in options ? leaseOf(options, reduce, stops) : () => () => undefined
  const held = (listener: () => void) => {
    const release = acquire()
    const stop = cell.subscribe(listener)
    return () => {
      stop()
      release()
    }
  }
  return {
    getSnapshot: cell.getSnapshot,
    getServerSnapshot: cell.getServerSnapshot,
    subscribe: held,
    listen: (callback) => held(() => callback(cell.getSnapshot())),
    stop() {
      for (const stop of stops.splice(0)) stop()
    },
  }
}

interface UntypedOptions<State> extends LocalStoreOptions<State> {
  readonly realtime: AnyRealtime
  readonly topic: string
  readonly params?: object | (() => object)
  readonly joined?: Reducer<State, never>
  readonly events?: Readonly<Record<string, Reducer<State, never> | undefined>>
  readonly channel?: Reducer<State, never>
  readonly connection?: Reducer<State, ConnectionSnapshot>
}

type Reduce<State> = <Value>(reducer: Reducer<State, Value>) => (value: Value) => void

/**
 * Takes a lease of the topic; the first one begins to feed the reducers. They are fed until `stop`, also without a
 * lease: as long as others keep the topic joined, the state stays true.
 */
function leaseOf<State>(options: UntypedOptions<State>, reduce: Reduce<State>, stops: (() => void)[]): () => () => void {
  const { realtime, topic, params } = options
  const channel = realtime.internal.channel(topic)
  let follows = false
  return () => {
    if (!follows) {
      follows = true
      stops.push(follow(channel, followerOf(options, reduce)))
      if (options.connection) stops.push(watch(realtime.connection, reduce(options.connection)))
    }
    return hold(realtime, channel, { params, place: `createStore of "${topic}"` })
  }
}

function followerOf<State>({ joined, events = {}, channel }: UntypedOptions<State>, reduce: Reduce<State>): Follower {
  const named = Object.entries(events).flatMap(([event, reducer]) => (reducer ? [[event, reduce(reducer as Reducer<State, unknown>)] as const] : []))
  return {
    joined: joined && reduce(joined as Reducer<State, unknown>),
    events: Object.fromEntries(named),
    channel: channel && reduce(channel as Reducer<State, ChannelSnapshot>),
  }
}
