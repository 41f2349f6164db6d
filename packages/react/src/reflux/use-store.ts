import { useMemo } from 'react'
import type { Store } from '../core/store.js'
import { useSelector, type IsEqual } from '../react/use-selector.js'
import type { RefluxStore } from './types.js'

const whole = <T>(state: T): T => state

/** The `state` of a Reflux store, which must be replaced and not changed in place. */
export function useStore<State>(store: RefluxStore<State>): State
/** A part of it: renders again only when `select`'s result changes by `is_equal` (default Object.is). */
export function useStore<State, Selected>(store: RefluxStore<State>, select: (state: State) => Selected, is_equal?: IsEqual<Selected>): Selected
export function useStore<State>(store: RefluxStore<State>, select: (state: State) => unknown = whole, is_equal?: IsEqual<unknown>): unknown {
  const as_store = useMemo<Store<State>>(
    () => ({ subscribe: (listener) => store.listen(listener), getSnapshot: () => store.state, getServerSnapshot: () => store.state }),
    [store],
  )
  return useSelector(as_store, select, is_equal)
}
