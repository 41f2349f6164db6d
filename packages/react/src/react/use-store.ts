import type { Store } from '../core/store.js'
import { useSelector, type IsEqual } from './use-selector.js'

const whole = <T>(state: T): T => state

/** The state of a store made by createStore; its topic is joined while a component reads it. */
export function useStore<State>(store: Store<State>): State
/** A part of it: renders again only when `select`'s result changes by `is_equal` (default Object.is). */
export function useStore<State, Selected>(store: Store<State>, select: (state: State) => Selected, is_equal?: IsEqual<Selected>): Selected
export function useStore<State>(store: Store<State>, select: (state: State) => unknown = whole, is_equal?: IsEqual<unknown>): unknown {
  return useSelector(store, select, is_equal)
}
