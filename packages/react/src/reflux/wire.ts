import type { ChannelSnapshot } from '../core/channel-types.js'
import type { ConnectionSnapshot } from '../core/connection.js'
import { follow, watch } from '../core/follow.js'
import { hold } from '../core/hold.js'
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
  const events = Object.fromEntries(Object.entries(receive).map(([event, target]) => [event, (payload: unknown) => void target(payload as never)]))
  const { joined, channel: onChannel, connection } = options
  stops.push(
    follow(channel, {
      events,
      joined: joined && ((reply) => void joined(reply as JoinReply)),
      channel: onChannel && ((snapshot) => void onChannel(snapshot as ChannelSnapshot<JoinReply>)),
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
