import type { Store } from '../core/store.js'
import { useSelector } from './use-selector.js'

const whole = <T>(value: T): T => value

/** The value of a store. */
export function useSnapshot<T>(store: Store<T>): T {
  return useSelector(store, whole)
}
