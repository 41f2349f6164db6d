import { useMemo } from 'react'
import type { Entry, MetaOf, Registered, Topic } from '../core/contract.js'
import type { PresenceCount } from '../core/presence.js'
import type { PresenceEntry, PresenceState } from '../core/presence-sync.js'
import { useLease } from './use-lease.js'
import { useSelector, type IsEqual } from './use-selector.js'
import { useSnapshot } from './use-snapshot.js'

type Meta<T extends string> = MetaOf<Entry<Registered, T>>

const whole = (state: PresenceState): PresenceState => state

/** Who is on `topic`: key -> {metas}. Entries that did not change are the same objects as before. */
export function usePresence<T extends Topic>(topic: T | null): PresenceState<Meta<T>>
/** A part of it: renders again only when `select`'s result changes by `is_equal` (default Object.is). */
export function usePresence<T extends Topic, Selected>(
  topic: T | null,
  select: (state: PresenceState<Meta<T>>) => Selected,
  is_equal?: IsEqual<Selected>,
): Selected
export function usePresence(
  topic: string | null,
  select: (state: PresenceState<never>) => unknown = whole,
  is_equal?: IsEqual<unknown>,
): unknown {
  return useSelector(useLease(topic).presence, select as (state: PresenceState) => unknown, is_equal)
}

/** The keys of who is on `topic`, in the order in which they came: the same list until one comes or goes. */
export function usePresenceKeys(topic: Topic | null): readonly string[] {
  return useSnapshot(useLease(topic).presence.keys)
}

/** How many keys (or metas) are on `topic`, also where the server does not tell who. */
export function usePresenceCount(topic: Topic | null, of: keyof PresenceCount = 'keys'): number {
  return useSelector(useLease(topic).presence.count, (count) => count[of])
}

/** The entry of one key, undefined while it is not there. Renders when this entry changes, whatever others do. */
export function usePresenceOf<T extends Topic>(topic: T | null, key: string): PresenceEntry<Meta<T>> | undefined {
  const { presence } = useLease(topic)
  const entry = useMemo(() => presence.of(key), [presence, key])
  return useSnapshot(entry) as PresenceEntry<Meta<T>> | undefined
}
