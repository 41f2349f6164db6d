import { problemOf, type Check } from './checks.js'
import type { Diagnostics } from './diagnostics.js'
import type { ChannelLike } from './phoenix.js'

/** 500: who begins to listen to a joined topic gets what came since the join reply, as far back as this. */
const past_events_max = 500

/** Of phoenix.js, and of presences, which have a store that is there from the start. */
const is_internal = (event: string): boolean => /^(phx_|chan_reply_|presence_state$|presence_diff$|roost_presence$)/.test(event)

/** `join_ref`: of the channel's present join; it changes with every join. */
export type EventHandler = (payload: unknown, join_ref?: unknown) => void

/** The event handlers of one topic; they outlive the phoenix channel that feeds them. */
export class EventHub {
  readonly #topic: string
  readonly #checks: Readonly<Record<string, Check>>
  readonly #diagnostics: Diagnostics
  readonly #handlers = new Map<string, Set<EventHandler>>()
  #channel: ChannelLike | undefined
  // What came since the join reply, oldest first; not all of it when #past_is_whole is false.
  #past: { readonly event: string; readonly payload: unknown }[] = []
  #past_is_whole = true

  constructor(topic: string, checks: Readonly<Record<string, Check>>, diagnostics: Diagnostics) {
    this.#topic = topic
    this.#checks = checks
    this.#diagnostics = diagnostics
  }

  /** Feeds the handlers from `channel`, instead of the one before. */
  attach(channel: ChannelLike | undefined): void {
    this.#channel = channel
    this.#past = []
    if (!channel) return
    channel.onMessage = (event, payload) => this.#record(channel, event, payload)
    for (const event of this.#handlers.keys()) this.#bind(channel, event)
  }

  /** Handlers are called in the order in which they came. */
  on(event: string, handler: EventHandler): () => void {
    const entry: EventHandler = (payload, join_ref) => handler(payload, join_ref)
    const set = this.#handlers.get(event) ?? this.#add(event)
    set.add(entry)
    return () => void set.delete(entry)
  }

  /** A join was answered: what is told from now on is about its reply. */
  begin(): void {
    this.#past = []
    this.#past_is_whole = true
  }

  /**
   * Calls `handler` with what came since the join reply, for who needs reply and events together and came late.
   * false: there was more, which is forgotten.
   */
  replay(handler: (event: string, payload: unknown) => void): boolean {
    for (const { event, payload } of [...this.#past]) {
      if (this.#problem(event, payload) === undefined) handler(event, payload)
    }
    return this.#past_is_whole
  }

  #record(channel: ChannelLike, event: string, payload: unknown): unknown {
    if (this.#channel !== channel || is_internal(event)) return payload
    this.#past.push({ event, payload })
    if (this.#past.length > past_events_max) {
      this.#past.shift()
      this.#past_is_whole = false
    }
    return payload
  }

  #problem(event: string, payload: unknown): string | undefined {
    return Object.hasOwn(this.#checks, event) ? problemOf(this.#checks[event], payload) : undefined
  }

  #add(event: string): Set<EventHandler> {
    const set = new Set<EventHandler>()
    this.#handlers.set(event, set)
    if (this.#channel) this.#bind(this.#channel, event)
    return set
  }

  #bind(channel: ChannelLike, event: string): void {
    channel.on(event, (payload, _ref, join_ref) => {
      if (this.#channel === channel) this.#dispatch(event, payload, join_ref)
    })
  }

  #dispatch(event: string, payload: unknown, join_ref: unknown): void {
    const handlers = this.#handlers.get(event)
    if (!handlers || handlers.size === 0) return
    const problem = this.#problem(event, payload)
    if (problem !== undefined) return this.#diagnostics.dropped(this.#topic, `event "${event}"`, problem)
    for (const handler of [...handlers]) {
      try {
        handler(payload, join_ref)
      } catch (error) {
        this.#diagnostics.threw(this.#topic, event, error)
      }
    }
  }
}
