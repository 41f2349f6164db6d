import type { Entry, EventName, EventOf, Registered, ReplyOf, Topic } from '../core/contract.js'
import type { MessagesOptions, MessagesSnapshot } from '../core/messages.js'
import { useLease } from './use-lease.js'
import { useSnapshot } from './use-snapshot.js'

/**
 * The messages of one event, oldest first: those that the join reply brings, then live ones; ordered, without
 * repeats, bounded, with a mark where some may be missing. After a rejoin the reply's list is the truth.
 * All components on one (topic, event) share one list; the options of the first count.
 */
export function useMessages<T extends Topic, Event extends EventName<Entry<Registered, T>>>(
  topic: T | null,
  options: MessagesOptions<EventOf<Entry<Registered, T>, Event>, ReplyOf<Entry<Registered, T>>, Event>,
): MessagesSnapshot<EventOf<Entry<Registered, T>, Event>> {
  const list = useLease(topic).messages(options as unknown as MessagesOptions<unknown>)
  return useSnapshot(list) as MessagesSnapshot<EventOf<Entry<Registered, T>, Event>>
}
