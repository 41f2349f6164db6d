import { useMemo, useSyncExternalStore } from 'react'
import type { ChannelSnapshot } from '../core/channel-types.js'
import type { Params } from '../core/phoenix.js'
import { useLease } from './use-lease.js'

export interface UseChannelOptions {
  /** The join payload, or a function evaluated at every join. New params alone do not rejoin. */
  readonly params?: Params
}

export interface UseChannelResult<JoinReply = unknown> extends ChannelSnapshot<JoinReply> {
  /** Asks again after "refused" or "closed". */
  readonly retry: () => void
}

/**
 * Joins `topic` while at least one component uses it; leaves after the last one unmounts.
 * null: joins nothing. The result is the same object until something changes.
 */
export function useChannel<JoinReply = unknown>(
  topic: string | null,
  { params }: UseChannelOptions = {},
): UseChannelResult<JoinReply> {
  const channel = useLease(topic, params)
  const snapshot = useSyncExternalStore(channel.subscribe, channel.getSnapshot, channel.getSnapshot)
  return useMemo(
    () => ({ ...(snapshot as ChannelSnapshot<JoinReply>), retry: channel.retry }),
    [snapshot, channel],
  )
}
