import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import type { Store } from '../core/store.js'

export type IsEqual<T> = (a: T, b: T) => boolean

/**
 * A part of a store: renders again only when the selected part changes by `is_equal`. An inline selector is
 * fine: a result that equals the one before keeps its identity.
 */
export function useSelector<T, Selected>(
  store: Store<T>,
  selector: (snapshot: T) => Selected,
  is_equal: IsEqual<Selected> = Object.is,
): Selected {
  const committed = useRef<{ readonly value: Selected } | undefined>(undefined)
  const getSelected = useMemo(() => {
    let last: { readonly snapshot: T; readonly value: Selected } | undefined
    return () => {
      const snapshot = store.getSnapshot()
      if (last && Object.is(last.snapshot, snapshot)) return last.value
      const fresh = selector(snapshot)
      const before = last ?? committed.current
      const value = before && is_equal(before.value, fresh) ? before.value : fresh
      last = { snapshot, value }
      return value
    }
  }, [store, selector, is_equal])
  const selected = useSyncExternalStore(store.subscribe, getSelected, getSelected)
  useEffect(() => {
    committed.current = { value: selected }
  }, [selected])
  return selected
}
