import type { ConnectionSnapshot } from '../core/connection.js'
import { useRealtime } from './context.js'
import { useSelector, type IsEqual } from './use-selector.js'

const whole = (state: ConnectionSnapshot): ConnectionSnapshot => state

/** The state of the connection: open or not, since when, and whether people should hear of it. */
export function useConnection(): ConnectionSnapshot
/** A part of it: renders again only when `select`'s result changes by `is_equal` (default Object.is). */
export function useConnection<Selected>(
  select: (state: ConnectionSnapshot) => Selected,
  is_equal?: IsEqual<Selected>,
): Selected
export function useConnection(select: (state: ConnectionSnapshot) => unknown = whole, is_equal?: IsEqual<unknown>): unknown {
  return useSelector(useRealtime().connection, select, is_equal)
}
