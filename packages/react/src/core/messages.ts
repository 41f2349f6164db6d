import type { ChannelLike } from './phoenix.js'
import { appendMessage, mergeReply, type MessageKey, type MessageLogRules } from './message-log.js'
import { createStore, type Store } from './store.js'

export interface MessagesOptions<Message, JoinReply = unknown> {
  /** The event whose payload is a message. */
  readonly event: string
  /** The messages that a join reply brings, oldest first. Without it only live ones are shown. */
  readonly initial?: (reply: JoinReply) => readonly Message[]
  /** What makes a message this one; default: its `id`. */
  readonly id?: (message: Message) => MessageKey
  /** How many to keep. */
  readonly max?: number
}

/** 500: some screens of scrolling back, and a render that stays cheap. */
export const messages_max_default = 500

export interface MessagesStore extends Store<readonly unknown[]> {
  attach(channel: ChannelLike): void
  joined(reply: unknown): void
  reset(): void
}

const no_messages: readonly unknown[] = []

export function createMessagesStore(options: MessagesOptions<unknown>): MessagesStore {
  const store = createStore<readonly unknown[]>(no_messages)
  const rules: MessageLogRules<unknown> = {
    id: options.id ?? ((message) => (message as { id: MessageKey }).id),
    max: options.max ?? messages_max_default,
  }
  return {
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    attach(channel) {
      channel.on(options.event, (message) => store.set(appendMessage(store.getSnapshot(), message, rules)))
    },
    joined(reply) {
      if (options.initial) store.set(mergeReply(store.getSnapshot(), options.initial(reply), rules))
    },
    reset: () => store.set(no_messages),
  }
}
