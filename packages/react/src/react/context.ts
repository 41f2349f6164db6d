import { createContext, useContext } from 'react'
import type { AnyRealtime, Realtime } from '../core/realtime.js'

export const RealtimeContext = createContext<AnyRealtime | undefined>(undefined)

/** The Realtime of the nearest provider. Throws when there is none: that is a mistake in the tree. */
export function useRealtime(): Realtime {
  const realtime = useContext(RealtimeContext)
  if (!realtime) throw new Error('@roost/react: no <RealtimeProvider> above this component')
  return realtime as Realtime
}
