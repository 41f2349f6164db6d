import { problemOf, type Check } from './checks.js'
import type { Diagnostics } from './diagnostics.js'
import type { ChannelLike } from './phoenix.js'

/** `join_ref`: of the channel's present join; it changes with every join. */
export type EventHandler = (payload: unknown, join_ref?: unknown) => void

/** The event handlers of one topic; they outlive the phoenix channel that feeds them. */
export class EventHub {
  readonly #topic: string
  readonly #checks: Readonly<Record<string, Check>>
  readonly #diagnostics: Diagnostics
  readonly #handlers = new Map<string, Set<EventHandler>>()
  #channel: ChannelLike | undefined

  constructor(topic: string, checks: Readonly<Record<string, Check>>, diagnostics: Diagnostics) {
    this.#topic = topic
    this.#checks = checks
    this.#diagnostics = diagnostics
  }

  /** Feeds the handlers from `channel`, instead of the one before. */
  attach(channel: ChannelLike | undefined): void {
    this.#channel = channel
    if (channel) for (const event of this.#handlers.keys()) this.#bind(channel, event)
  }

  /** Handlers are called in the order in which they came. */
  on(event: string, handler: EventHandler): () => void {
    const entry: EventHandler = (payload, join_ref) => handler(payload, join_ref)
    const set = this.#handlers.get(event) ?? this.#add(event)
    set.add(entry)
    return () => void set.delete(entry)
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
    const problem = Object.hasOwn(this.#checks, event) ? problemOf(this.#checks[event], payload) : undefined
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
