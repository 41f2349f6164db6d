import { useSyncExternalStore } from 'react'
import type { ConnectionSnapshot } from '../core/connection.js'
import { useRealtime } from './context.js'

/** The state of the connection, and since when. */
export function useConnection(): ConnectionSnapshot {
  const { subscribe, getSnapshot } = useRealtime().connection
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot)
}
