import { Channel, type ChannelContext } from './channel.js'

/**
 * Unused channels to remember. A component may hold a channel between its render and its effect, so an
 * unused one is not forgotten at once; 256 others would have to come and go in between.
 */
const idle_channels_max = 256

/** The channels of one socket: exactly one per topic, however many components use it. */
export class Registry {
  readonly #context: Omit<ChannelContext, 'on_use'>
  readonly #channels = new Map<string, Channel>()
  readonly #idle = new Set<Channel>()

  constructor(context: Omit<ChannelContext, 'on_use'>) {
    this.#context = context
  }

  get(topic: string): Channel {
    return this.#channels.get(topic) ?? this.#add(topic)
  }

  /** Those that somebody uses. */
  used(): Channel[] {
    return [...this.#channels.values()].filter((channel) => !this.#idle.has(channel))
  }

  #add(topic: string): Channel {
    if (typeof topic !== 'string' || topic === '') throw new TypeError('@roost/react: a topic is a string, and not empty')
    const channel = new Channel(topic, { ...this.#context, on_use: (used, in_use) => this.#onUse(used, in_use) })
    this.#channels.set(topic, channel)
    this.#rest(channel)
    return channel
  }

  #onUse(channel: Channel, in_use: boolean): void {
    this.#idle.delete(channel)
    if (in_use) this.#channels.set(channel.topic, channel)
    else this.#rest(channel)
  }

  #rest(channel: Channel): void {
    this.#idle.add(channel)
    if (this.#idle.size <= idle_channels_max) return
    const oldest = [...this.#idle].find((each) => !each.is_watched)
    if (!oldest) return
    this.#idle.delete(oldest)
    this.#channels.delete(oldest.topic)
  }
}
