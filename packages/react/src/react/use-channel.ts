import { useMemo } from 'react'
import type { ChannelSnapshot, ChannelStore } from '../core/channel-types.js'
import type { Entry, ParamsOf, Registered, ReplyOf, Topic } from '../core/contract.js'
import { placeOf } from './place.js'
import { useLease } from './use-lease.js'
import { useSnapshot } from './use-snapshot.js'

export interface UseChannelOptions<E> {
  /**
   * The join payload, or a function evaluated at every join. The latest counts, from the next join on: new params
   * alone do not rejoin. All components on a topic have to agree (see JoinOptions).
   */
  readonly params?: ParamsOf<E> | (() => ParamsOf<E>) | undefined
  /** false: as if the topic were null. */
  readonly enabled?: boolean
}

export interface UseChannelResult<E> extends ChannelSnapshot<ReplyOf<E>> {
  /** Asks again after "refused" or "closed". */
  readonly retry: () => void
  /** The same function at every render; see ChannelStore.push. */
  readonly push: ChannelStore<E>['push']
}

/**
 * Joins `topic` while at least one component uses it; leaves after the last one unmounts.
 * null: joins nothing. The result is the same object until something changes.
 */
export function useChannel<T extends Topic>(
  topic: T | null,
  { params, enabled = true }: UseChannelOptions<Entry<Registered, T>> = {},
): UseChannelResult<Entry<Registered, T>> {
  const channel = useLease(enabled ? topic : null, { params, place: () => placeOf(useChannel) })
  const snapshot = useSnapshot(channel)
  return useMemo(
    () => ({ ...snapshot, retry: channel.retry, push: channel.push }) as unknown as UseChannelResult<Entry<Registered, T>>,
    [snapshot, channel],
  )
}
