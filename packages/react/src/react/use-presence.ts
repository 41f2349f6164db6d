import type { PresenceState } from '../core/presence-sync.js'
import type { Store } from '../core/store.js'
import { useLease } from './use-lease.js'
import { useSelector, type IsEqual } from './use-selector.js'

const whole = <T>(state: T): T => state

/** Who is on `topic`: key -> {metas}. Entries that did not change are the same objects as before. */
export function usePresence<Meta = unknown>(topic: string | null): PresenceState<Meta>
/** A part of it: renders again only when `selector`'s result changes by `is_equal` (default Object.is). */
export function usePresence<Meta, Selected>(
  topic: string | null,
  selector: (state: PresenceState<Meta>) => Selected,
  is_equal?: IsEqual<Selected>,
): Selected
export function usePresence(
  topic: string | null,
  selector: (state: PresenceState) => unknown = whole,
  is_equal?: IsEqual<unknown>,
): unknown {
  const presence: Store<PresenceState> = useLease(topic).presence
  return useSelector(presence, selector, is_equal)
}
