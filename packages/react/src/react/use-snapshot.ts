import { useSyncExternalStore } from 'react'
import type { Store } from '../core/store.js'

/** The value of a store. */
export function useSnapshot<T>({ subscribe, getSnapshot }: Store<T>): T {
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot)
}
