import type { ChannelSnapshot } from '../core/channel-types.js'
import type { ConnectionSnapshot } from '../core/connection.js'
import type { Entry, EventName, EventOf, ParamsOf, PushName, Registered, ReplyOf, Topic } from '../core/contract.js'
import { follow, watch } from '../core/follow.js'
import { hold } from '../core/hold.js'
import type { Params, Payload } from '../core/phoenix.js'
import type { PushResult } from '../core/push.js'
import type { AnyRealtime, Realtime } from '../core/realtime.js'
import type { RefluxAction } from './types.js'

/** An action (it publishes to its listeners) or any function, such as a store's own method. */
export type Target<Value> = (value: Value) => unknown

export interface WireOptions<C, T extends string> {
  readonly realtime: Realtime<C>
  readonly topic: T
  readonly params?: ParamsOf<Entry<C, T>> | (() => ParamsOf<Entry<C, T>>)
  /**
   * Event -> action. Calling the action pushes the event with the action's first argument as payload. How it
   * went: `action.completed(reply, payload)` on ok, else `action.failed(result, payload)`, when it has them.
   */
  readonly push?: { readonly [Event in PushName<Entry<C, T>>]?: RefluxAction }
  /** Event -> target, called with the payload of each such event since the join reply, none twice. */
  readonly receive?: { readonly [Event in EventName<Entry<C, T>>]?: Target<EventOf<Entry<C, T>, Event>> }
  /** Called with the reply of every join, also after a reconnect. */
  readonly joined?: Target<ReplyOf<Entry<C, T>>>
  /** Called with each state of the channel, the present one first. */
  readonly channel?: Target<ChannelSnapshot<ReplyOf<Entry<C, T>>>>
  /** Called with each state of the connection, the present one first. */
  readonly connection?: Target<ConnectionSnapshot>
}

interface UntypedOptions {
  readonly realtime: AnyRealtime
  readonly topic: string
  readonly params?: Params
  readonly push?: Readonly<Record<string, RefluxAction | undefined>>
  readonly receive?: Readonly<Record<string, Target<unknown> | undefined>>
  readonly joined?: Target<unknown>
  readonly channel?: Target<ChannelSnapshot>
  readonly connection?: Target<ConnectionSnapshot>
}

/** Joins `topic` and ties it to Reflux actions and stores. Returns the function that unties and leaves. */
export function wireChannel<T extends Topic<C>, C = Registered>(options: WireOptions<C, T>): () => void {
  return wire(options as unknown as UntypedOptions)
}

function wire({ realtime, topic, params, push = {}, receive = {}, joined, channel: onChannel, connection }: UntypedOptions): () => void {
  const channel = realtime.internal.channel(topic)
  const stops: (() => void)[] = []

  for (const [event, action] of Object.entries(push)) {
    if (action) stops.push(action.listen((payload: unknown) => void pushAction(channel.push, event, action, payload)))
  }
  const events = Object.entries(receive).flatMap(([event, target]) => (target ? [[event, (payload: unknown) => void target(payload)] as const] : []))
  stops.push(
    follow(channel, {
      events: Object.fromEntries(events),
      joined: joined && ((reply) => void joined(reply)),
      channel: onChannel && ((snapshot) => void onChannel(snapshot)),
    }),
  )
  if (connection) stops.push(watch(realtime.connection, connection))
  stops.push(hold(realtime, channel, { params, place: `wireChannel of "${topic}"` }))
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
