import type { Clock } from './clock.js'
import type { Diagnostics } from './diagnostics.js'
import type { EventHub } from './event-hub.js'

/** A state that is made of the joins and events of one topic, where a page wants it: it costs nobody else anything. */
export interface Extension {
  /** Added to the params of the next join. */
  params(this: void): object | undefined
  /** A join was answered. */
  joined(this: void, reply: unknown): void
  /** It is over; what comes before the next reply is not about it. */
  lost(this: void): void
  /** Nobody uses the topic any more. */
  reset(this: void): void
}

export interface ExtensionContext {
  readonly topic: string
  readonly hub: EventHub
  readonly diagnostics: Diagnostics
  readonly clock: Clock
  /** Joins anew, when it is joined. */
  readonly rejoin: () => void
  readonly caused: (() => void) | undefined
  /** The extension came after the join was answered with `response`. */
  readonly is_joined: boolean
  /** `response` is what a server rendered. */
  readonly is_seeded: boolean
  readonly response: unknown
}

/** How one is made; there is one for each topic and function. */
export type MakeExtension<T extends Extension> = (context: ExtensionContext) => T
