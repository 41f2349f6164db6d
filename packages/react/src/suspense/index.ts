import { useMemo } from 'react'
import { createAgentStore } from '../core/agent.js'
import type { Entry, EventName, EventOf, Registered, ReplyOf, StateOf, Topic } from '../core/contract.js'
import type { MessagesOptions, MessagesSnapshot } from '../core/messages.js'
import { placeOf } from '../react/place.js'
import type { UseChannelOptions, UseChannelResult } from '../react/use-channel.js'
import { useSelector, type IsEqual } from '../react/use-selector.js'
import { useSnapshot } from '../react/use-snapshot.js'
import { useJoined } from './use-joined.js'

export { ChannelRefused } from './use-joined.js'

const whole = (state: unknown): unknown => state

export interface JoinedChannel<E> extends UseChannelResult<E> {
  readonly response: ReplyOf<E>
}

/**
 * As useChannel of the main entry, but it suspends until the topic was joined, and throws a ChannelRefused to the next
 * error boundary when it is refused or closed. Afterwards it never suspends again: a loss shows in `status`.
 */
export function useChannel<T extends Topic>(
  topic: T,
  { params }: Omit<UseChannelOptions<Entry<Registered, T>>, 'enabled'> = {},
): JoinedChannel<Entry<Registered, T>> {
  const { channel, snapshot } = useJoined(topic, { params, place: () => placeOf(useChannel) })
  return useMemo(
    () => ({ ...snapshot, retry: channel.retry, push: channel.push }) as unknown as JoinedChannel<Entry<Registered, T>>,
    [snapshot, channel],
  )
}

/** As useAgent of the main entry, but it suspends until the topic was joined: there is a state, always. */
export function useAgent<T extends Topic>(topic: T): StateOf<Entry<Registered, T>>
export function useAgent<T extends Topic, Selected>(
  topic: T,
  select: (state: StateOf<Entry<Registered, T>>) => Selected,
  is_equal?: IsEqual<Selected>,
): Selected
export function useAgent(topic: string, select: (state: never) => unknown = whole, is_equal?: IsEqual<unknown>): unknown {
  const { channel } = useJoined(topic)
  return useSelector(channel.extend(createAgentStore), select as (state: unknown) => unknown, is_equal)
}

/** As useMessages of the main entry, but it suspends until the topic was joined. */
export function useMessages<T extends Topic, Event extends EventName<Entry<Registered, T>>>(
  topic: T,
  options: MessagesOptions<EventOf<Entry<Registered, T>, Event>, ReplyOf<Entry<Registered, T>>, Event>,
): MessagesSnapshot<EventOf<Entry<Registered, T>, Event>> {
  const { channel } = useJoined(topic)
  return useSnapshot(channel.messages(options as unknown as MessagesOptions<unknown>)) as MessagesSnapshot<EventOf<Entry<Registered, T>, Event>>
}
