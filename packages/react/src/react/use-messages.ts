import { useSyncExternalStore } from 'react'
import type { MessagesOptions } from '../core/messages.js'
import { useLease } from './use-lease.js'

/**
 * The messages of one event, oldest first: those that the join reply brings, then live ones; ordered, without
 * repeats, bounded. After a rejoin the reply's list is the truth: no silent hole (see mergeReply).
 * All components on one (topic, event) share one list; the options of the first count.
 */
export function useMessages<Message, JoinReply = unknown>(
  topic: string | null,
  options: MessagesOptions<Message, JoinReply>,
): readonly Message[] {
  const list = useLease(topic).messages(options as unknown as MessagesOptions<unknown>)
  return useSyncExternalStore(list.subscribe, list.getSnapshot, list.getSnapshot) as readonly Message[]
}
