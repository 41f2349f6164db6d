import type { UntypedChannel } from '../core/channel-types.js'
import type { Entry, PayloadArgument, PushName, PushPayload, PushReply, Registered, Topic } from '../core/contract.js'
import { hold } from '../core/hold.js'
import type { PushOptions, PushResult } from '../core/push.js'
import type { AnyRealtime, Realtime } from '../core/realtime.js'
import { createSpeaker, type Listenable } from './listenable.js'

/** Something that components do and stores listen to: a function, and a Listenable of what it is called with. */
export interface Action<Payload> extends Listenable<Payload> {
  (...payload: [Payload] extends [undefined] ? [] : [payload: Payload]): void
}

/** An action that reaches the server as a push. Those who listen hear of it before it is sent. */
export interface PushAction<Payload, Reply> extends Listenable<Payload> {
  /** Settles as every push does, and never rejects. */
  (...payload: PayloadArgument<Payload>): Promise<PushResult<Reply>>
  /** It was answered with ok. */
  readonly completed: Listenable<{ readonly reply: Reply; readonly payload: Payload }>
  /** It was not. */
  readonly failed: Listenable<{ readonly result: Failure; readonly payload: Payload }>
}

export type Failure = Exclude<PushResult, { readonly status: 'ok' }>

export type PushActions<C, T extends string, Name extends string> = {
  readonly [N in Name]: PushAction<PushPayload<Entry<C, T>, N>, PushReply<Entry<C, T>, N>>
}

/** An action that stays in the page. */
export function createAction<Payload = undefined>(): Action<Payload> {
  const { listen, say } = createSpeaker<Payload>()
  return Object.assign((...[payload]: readonly Payload[]) => say(payload as Payload), { listen }) as unknown as Action<Payload>
}

/**
 * The named pushes of `topic` as actions. Calling one keeps the topic joined until it has settled, so it works
 * whether or not a component uses the topic.
 */
export function createActions<T extends Topic<C>, const Name extends PushName<Entry<C, T>>, C = Registered>(
  realtime: Realtime<C>,
  topic: T,
  names: readonly Name[],
  options: PushOptions = {},
): PushActions<C, T, Name> {
  const made = names.map((name) => [name, createPushAction(realtime, topic, name, options)] as const)
  return Object.fromEntries(made) as unknown as PushActions<C, T, Name>
}

function createPushAction(realtime: AnyRealtime, topic: string, event: string, options: PushOptions) {
  const called = createSpeaker<unknown>()
  const completed = createSpeaker<unknown>()
  const failed = createSpeaker<unknown>()
  const action = async (payload: object = {}): Promise<PushResult> => {
    called.say(payload)
    const result = await pushOnce(realtime, realtime.internal.channel(topic), event, payload, options)
    if (result.status === 'ok') completed.say({ reply: result.response, payload })
    else failed.say({ result, payload })
    return result
  }
  return Object.assign(action, { listen: called.listen, completed: { listen: completed.listen }, failed: { listen: failed.listen } })
}

async function pushOnce(realtime: AnyRealtime, channel: UntypedChannel, event: string, payload: object, options: PushOptions): Promise<PushResult> {
  const release = hold(realtime, channel)
  try {
    return await channel.push(event, payload, options)
  } finally {
    release()
  }
}
