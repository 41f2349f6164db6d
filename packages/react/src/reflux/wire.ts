import type { ChannelSnapshot } from '../core/channel-types.js'
import type { ConnectionSnapshot } from '../core/connection.js'
import type { Params, Payload } from '../core/phoenix.js'
import type { PushResult } from '../core/push.js'
import type { AnyRealtime } from '../core/realtime.js'
import type { RefluxAction } from './types.js'

/** An action (it publishes to its listeners) or any function, such as a store's own method. */
export type Target<Value> = (value: Value) => unknown

export interface WireOptions<JoinReply = unknown> {
  readonly realtime: AnyRealtime
  readonly topic: string
  readonly params?: Params
  /**
   * Event -> action. Calling the action pushes the event with the action's first argument as payload. How it
   * went: `action.completed(reply, payload)` on ok, else `action.failed(result, payload)`, when it has them.
   */
  readonly push?: Readonly<Record<string, RefluxAction>>
  /** Event -> target, called with the payload of each such event from the server. */
  readonly receive?: Readonly<Record<string, (payload: never) => unknown>>
  /** Called with the reply of every join, also after a reconnect. */
  readonly joined?: Target<JoinReply>
  /** Called with each state of the channel, the present one first. */
  readonly channel?: Target<ChannelSnapshot<JoinReply>>
  /** Called with each state of the connection, the present one first. */
  readonly connection?: Target<ConnectionSnapshot>
}

/** Joins `topic` and ties it to Reflux actions and stores. Returns the function that unties and leaves. */
export function wireChannel<JoinReply = unknown>(options: WireOptions<JoinReply>): () => void {
  const { realtime, topic, params, push = {}, receive = {} } = options
  const channel = realtime.internal.channel(topic)
  const stops: (() => void)[] = []

  for (const [event, action] of Object.entries(push)) {
    stops.push(action.listen((payload: unknown) => void pushAction(channel.push, event, action, payload)))
  }
  for (const [event, target] of Object.entries(receive)) {
    stops.push(channel.on(event, target as Target<unknown>))
  }
  stops.push(follow(channel, onChannel(options)))
  stops.push(follow(realtime.connection, options.connection))
  stops.push(realtime.acquire(), channel.acquire({ params, place: "wireChannel" }))
  return () => {
    for (const stop of stops.reverse()) stop()
  }
}

type PushFunction = (event: string, payload: Payload) => Promise<PushResult>

async function pushAction(push: PushFunction, event: string, action: RefluxAction, payload: unknown): Promise<void> {
  const result = await push(event, typeof payload === 'object' && payload !== null ? payload : {})
  const told = (result.status === 'ok' ? action.completed : action.failed) as ((...args: unknown[]) => unknown) | undefined
  told?.(result.status === 'ok' ? result.response : result, payload)
}

/** Tells `joined` once per join reply, before `channel` hears of the state. */
function onChannel<JoinReply>({ joined, channel }: WireOptions<JoinReply>): Target<ChannelSnapshot> {
  let told: unknown
  return (snapshot) => {
    const typed = snapshot as ChannelSnapshot<JoinReply>
    if (snapshot.status === 'joined' && snapshot.response !== told) {
      told = snapshot.response
      joined?.(typed.response as JoinReply)
    }
    channel?.(typed)
  }
}

function follow<T>(store: { subscribe(listener: () => void): () => void; getSnapshot(): T }, target?: Target<T>): () => void {
  if (!target) return () => undefined
  target(store.getSnapshot())
  return store.subscribe(() => target(store.getSnapshot()))
}
