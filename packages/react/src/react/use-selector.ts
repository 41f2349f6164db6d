import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { remember, type Store } from '../core/store.js'

export type IsEqual<T> = (a: T, b: T) => boolean

/**
 * A part of a store: renders again only when the selected part changes by `is_equal`. An inline selector is
 * fine: a result that equals the one before keeps its identity.
 */
export function useSelector<T, Selected>(
  store: Store<T>,
  select: (snapshot: T) => Selected,
  is_equal: IsEqual<Selected> = Object.is,
): Selected {
  const committed = useRef<{ readonly value: Selected } | undefined>(undefined)
  const read = useMemo(() => {
    const keep = (fresh: Selected) => {
      const before = committed.current
      return before && is_equal(before.value, fresh) ? before.value : fresh
    }
    const now = remember((snapshot: T) => keep(select(snapshot)), is_equal)
    const at_first = remember(select, is_equal)
    return { now: () => now(store.getSnapshot()), at_first: () => at_first(store.getServerSnapshot()) }
  }, [store, select, is_equal])
  const selected = useSyncExternalStore(useSubscribe(store, read.now), read.now, read.at_first)
  useEffect(() => {
    committed.current = { value: selected }
  }, [selected])
  return selected
}

/** The subscribe of a store; where it wants to know of the renders it causes, one that tells it. */
function useSubscribe<Selected>(store: Store<unknown>, read: () => Selected): Store<unknown>['subscribe'] {
  const latest = useRef(read)
  useEffect(() => {
    latest.current = read
  })
  return useMemo(() => {
    const { subscribe, caused } = store
    if (!caused) return subscribe
    return (listener) => {
      let last = latest.current()
      return subscribe(() => {
        const value = latest.current()
        if (!Object.is(value, last)) caused()
        last = value
        listener()
      })
    }
  }, [store])
}
