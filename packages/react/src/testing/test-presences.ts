import type { PresenceEntry } from '../core/presence-sync.js'

type Presences = Record<string, PresenceEntry>

/** Who is on which topic: one meta per key. */
export class TestPresences {
  readonly #topics = new Map<string, Map<string, PresenceEntry>>()
  #refs = 0

  list(topic: string): Presences {
    return Object.fromEntries(this.#topics.get(topic) ?? [])
  }

  /** Gives the diff. */
  track(topic: string, key: string, meta: object): { joins: Presences; leaves: Presences } {
    const keys = this.#topics.get(topic) ?? new Map<string, PresenceEntry>()
    this.#topics.set(topic, keys)
    const before = keys.get(key)
    this.#refs += 1
    const entry: PresenceEntry = { metas: [{ ...meta, phx_ref: `ref${this.#refs}` }] }
    keys.set(key, entry)
    return { joins: { [key]: entry }, leaves: before ? { [key]: before } : {} }
  }

  untrack(topic: string, key: string): { joins: Presences; leaves: Presences } {
    const entry = this.#topics.get(topic)?.get(key)
    this.#topics.get(topic)?.delete(key)
    return { joins: {}, leaves: entry ? { [key]: entry } : {} }
  }
}
