import type { MessagesOptions } from './messages.js'
import type { Params, Payload } from './phoenix.js'
import type { PresenceState } from './presence-sync.js'
import type { PushResult } from './push.js'
import type { Store } from './store.js'

/**
 * joining: asked for, no answer yet. joined: the server took us. refused: it said no, and we stopped asking.
 * errored: it was lost or crashed, and is joined again by itself. closed: the server ended it for good.
 */
export type ChannelStatus = 'joining' | 'joined' | 'refused' | 'errored' | 'closed'

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

/** One topic of one socket, shared by all who use it. Joined while somebody holds a lease. */
export interface ChannelStore extends Store<ChannelSnapshot> {
  readonly topic: string
  /**
   * Joins, or shares the join; the result gives the lease back. `params`: the join payload, or a function
   * evaluated at every join; the latest given count, from the next join on.
   */
  acquire(this: void, params?: Params): () => void
  /** Joins anew after a refusal or a close; does nothing in other states. */
  retry(this: void): void
  /**
   * Pushes. Before the join is answered it waits for that; without a connection it settles at once.
   * Settles within `timeout_ms`, always; never rejects.
   */
  push(this: void, event: string, payload?: Payload, timeout_ms?: number): Promise<PushResult>
  /** Calls `handler` with the payload of each `event`; handlers live on across joins. */
  on(this: void, event: string, handler: (payload: unknown) => void): () => void
  readonly presence: Store<PresenceState>
  /** One list per event, made by the first who asks; its options are those that count. */
  messages(this: void, options: MessagesOptions<unknown>): Store<readonly unknown[]>
}
