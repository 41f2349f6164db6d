import type { ChannelLike } from './phoenix.js'

export type EventHandler = (payload: unknown) => void

/** The event handlers of one topic; they outlive the phoenix channel that feeds them. */
export class EventHub {
  readonly #handlers = new Map<string, Set<EventHandler>>()
  #channel: ChannelLike | undefined

  /** Feeds the handlers from `channel`, instead of the one before. */
  attach(channel: ChannelLike | undefined): void {
    this.#channel = channel
    if (channel) for (const event of this.#handlers.keys()) this.#bind(channel, event)
  }

  on(event: string, handler: EventHandler): () => void {
    const entry: EventHandler = (payload) => handler(payload)
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
    channel.on(event, (payload) => {
      for (const handler of [...(this.#handlers.get(event) ?? [])]) handler(payload)
    })
  }
}
