import type { EventHub } from './event-hub.js'
import { appendMessage, mergeReply, type MessageKey, type MessageLogRules } from './message-log.js'
import { createCell, type Store } from './store.js'

export interface MessagesOptions<Message, JoinReply = unknown, Event extends string = string> {
  /** The event whose payload is a message. */
  readonly event: Event
  /** The messages that a join reply brings, oldest first. Without it only live ones are shown. */
  readonly initial?: (reply: JoinReply) => readonly Message[]
  /** What makes a message this one; default: its `id`. A message without is never a repeat. */
  readonly id?: (message: Message) => MessageKey | undefined
  /** How many to keep. */
  readonly max?: number
}

export interface MessagesSnapshot<Message> {
  /** Oldest first. */
  readonly messages: readonly Message[]
  /**
   * Messages before which others may be missing: the connection was lost there, and the server did not bring what
   * was said meanwhile. The first that we hold is not among them, although older ones may exist.
   */
  readonly gaps: ReadonlySet<Message>
}

/** 500: some screens of scrolling back, and a render that stays cheap. */
export const messages_max_default = 500

export interface MessagesStore extends Store<MessagesSnapshot<unknown>> {
  /** A join was answered; `again`: it follows one that was lost, so that messages may have passed us by. */
  joined(reply: unknown, again: boolean): void
  /** The list was made after the join was answered: catches up with what came since. */
  late(reply: unknown): void
  /** Begins with the list of a reply that a server rendered. */
  seed(reply: unknown): void
  reset(): void
}

const nothing: MessagesSnapshot<unknown> = Object.freeze({ messages: [], gaps: new Set<unknown>() })

export function createMessagesStore(options: MessagesOptions<unknown>, hub: EventHub): MessagesStore {
  const store = createCell(nothing)
  const rules: MessageLogRules<unknown> = {
    id: options.id ?? ((message) => (message as { id?: MessageKey } | null)?.id),
    max: options.max ?? messages_max_default,
  }
  // A hole may be behind the last message that we hold: the next one will say so.
  let hole = false

  const become = (messages: readonly unknown[], first_after_hole?: unknown) => {
    const before = store.getSnapshot()
    if (messages === before.messages) return
    const held = new Set(messages.slice(1))
    const gaps = new Set([...before.gaps, first_after_hole].filter((message) => held.has(message)))
    store.set({ messages, gaps: gaps.size === 0 && before.gaps.size === 0 ? before.gaps : gaps })
  }
  const add = (message: unknown) => {
    const before = store.getSnapshot().messages
    const after = appendMessage(before, message, rules)
    become(after, hole ? message : undefined)
    if (after !== before) hole = false
  }
  hub.on(options.event, add)
  const joined = (reply: unknown, again: boolean) => {
    if (options.initial) become(mergeReply(store.getSnapshot().messages, options.initial(reply), rules))
    else if (again && store.getSnapshot().messages.length > 0) hole = true
  }
  return {
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    getServerSnapshot: store.getServerSnapshot,
    joined,
    late(reply) {
      const past: unknown[] = []
      const is_whole = hub.replay((event, payload) => event === options.event && past.push(payload))
      joined(reply, false)
      hole = !is_whole && store.getSnapshot().messages.length > 0
      for (const message of past) add(message)
    },
    seed(reply) {
      if (options.initial) store.seed({ ...nothing, messages: mergeReply([], options.initial(reply), rules) })
    },
    reset() {
      hole = false
      store.set(nothing)
    },
  }
}
