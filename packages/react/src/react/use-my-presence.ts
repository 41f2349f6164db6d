import { useEffect, useMemo, useRef } from 'react'
import type { Entry, PushName, PushPayload, Registered, Topic } from '../core/contract.js'
import { createMyPresence, type MyPresenceOptions } from '../core/my-presence.js'
import { useRealtime } from './context.js'
import { useLease } from './use-lease.js'
import { useSnapshot } from './use-snapshot.js'

export interface UseMyPresenceOptions<Mine, Event extends string> extends Omit<MyPresenceOptions<Mine>, 'event'> {
  /** The push that the server puts into the meta of this client. */
  readonly event: Event
}

/**
 * What this client tells about itself on `topic`, and the function that changes it. Shown here at once; written to
 * the server at most every `throttle_ms` (100), the last state always; told again after every rejoin. The options of
 * the first render count.
 */
export function useMyPresence<
  T extends Topic,
  Event extends PushName<Entry<Registered, T>>,
  Mine extends object = PushPayload<Entry<Registered, T>, Event> & object,
>(topic: T | null, options: UseMyPresenceOptions<Mine, Event>): readonly [mine: Mine, update: (change: Partial<Mine>) => void] {
  const { clock } = useRealtime().internal
  const channel = useLease(topic)
  const first = useRef(options)
  const mine = useMemo(() => createMyPresence(channel, clock, first.current), [channel, clock])
  useEffect(() => mine.start(), [mine])
  return [useSnapshot(mine), mine.update]
}
