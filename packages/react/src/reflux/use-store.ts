import { useCallback, useSyncExternalStore } from 'react'
import type { RefluxStore } from './types.js'

/** The `state` of a Reflux store, which must be replaced and not changed in place. */
export function useStore<State>(store: RefluxStore<State>): State {
  const subscribe = useCallback((listener: () => void) => store.listen(listener), [store])
  const getState = () => store.state
  return useSyncExternalStore(subscribe, getState, getState)
}
