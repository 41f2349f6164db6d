import type { AnyTopic, EventName, EventOf, MetaOf, ParamsOf, PayloadArgument, PushName, PushPayload, PushReply, ReplyOf } from './contract.js'
import type { Extension, MakeExtension } from './extension.js'
import type { MessagesOptions, MessagesSnapshot } from './messages.js'
import type { PresenceStore } from './presence.js'
import type { PushOptions, PushResult } from './push.js'
import type { Store } from './store.js'

/**
 * idle: nobody asks for it. joining: asked for, no answer yet. joined: the server took us. refused: it said no, and
 * we stopped asking. errored: it was lost or crashed, and is joined again by itself. closed: the server ended it for
 * good.
 */
export type ChannelStatus = 'idle' | 'joining' | 'joined' | 'refused' | 'errored' | 'closed'

export interface ChannelError {
  /** Text for people: the server's `reason`, or what happened to the connection. */
  readonly reason: string
  /** All that came with it. */
  readonly response: unknown
}

export interface ChannelSnapshot<JoinReply = unknown> {
  readonly status: ChannelStatus
  /** What the last successful join brought; it stays while a lost channel is joined again. */
  readonly response: JoinReply | undefined
  /** Why it is refused, errored or closed. */
  readonly error: ChannelError | undefined
}

/** What one user of a topic wants to join it with. */
export interface JoinOptions<E = AnyTopic> {
  /**
   * The join payload, or a function evaluated at every join. All users of a topic have to agree; those who give no
   * params agree with all. In development a difference throws, and names both places.
   */
  readonly params?: ParamsOf<E> | (() => ParamsOf<E>) | undefined
  /** Who asks, for that message. */
  readonly place?: string | undefined
}

/** One topic of one socket, shared by all who use it. Joined while somebody holds a lease. */
export interface ChannelStore<E = AnyTopic> extends Store<ChannelSnapshot<ReplyOf<E>>> {
  readonly topic: string
  /** Joins, or shares the join; the result gives the lease back. */
  acquire(this: void, options?: JoinOptions<E>): () => void
  /** Joins anew after a refusal or a close; does nothing in other states. */
  retry(this: void): void
  /**
   * Pushes. Before the join is answered it waits for that; without a connection it settles at once, unless it
   * may be retried. Settles within its timeout, always; never rejects.
   */
  push<Event extends PushName<E>>(
    this: void,
    event: Event,
    ...rest: [...PayloadArgument<PushPayload<E, Event>>, options?: PushOptions]
  ): Promise<PushResult<PushReply<E, Event>>>
  /** Calls `handler` with the payload of each `event`; handlers live on across joins. */
  on<Event extends EventName<E>>(this: void, event: Event, handler: (payload: EventOf<E, Event>) => void): () => void
  readonly presence: PresenceStore<MetaOf<E>>
  /** One list per event, made by the first who asks; its options are those that count. */
  messages<Event extends EventName<E>>(
    this: void,
    options: MessagesOptions<EventOf<E, Event>, ReplyOf<E>, Event>,
  ): Store<MessagesSnapshot<EventOf<E, Event>>>
}

/** A channel as the core and the hooks handle it, without the types of a contract. */
export interface UntypedChannel extends Store<ChannelSnapshot> {
  readonly topic: string
  acquire(this: void, options?: UntypedJoinOptions): () => void
  retry(this: void): void
  push(this: void, event: string, payload?: object, options?: PushOptions): Promise<PushResult>
  on(this: void, event: string, handler: (payload: unknown) => void): () => void
  /** What came since the join reply; see EventHub.replay. */
  replay(this: void, handler: (event: string, payload: unknown) => void): boolean
  readonly presence: PresenceStore
  messages(this: void, options: MessagesOptions<unknown>): Store<MessagesSnapshot<unknown>>
  /** One of each kind, made by the first who asks. */
  extend<T extends Extension>(this: void, make: MakeExtension<T>): T
}

export interface UntypedJoinOptions {
  /** Read at every join; a function as value is evaluated. undefined: none given. */
  readonly params?: object | (() => object) | undefined
  readonly place?: string | undefined
  /** Gives the params of this moment; instead of `params`, for who may change its mind. */
  readonly current?: (() => object | (() => object) | undefined) | undefined
}
