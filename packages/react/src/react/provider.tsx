import { useEffect, type ReactElement, type ReactNode } from 'react'
import type { AnyRealtime } from '../core/realtime.js'
import { RealtimeContext } from './context.js'

export interface RealtimeProviderProps {
  /** Made once by createRealtime, outside of components. */
  readonly realtime: AnyRealtime
  readonly children?: ReactNode
}

/** Gives the hooks below it one socket, connected while the provider is mounted. */
export function RealtimeProvider({ realtime, children }: RealtimeProviderProps): ReactElement {
  if (!realtime) throw new Error('@roost/react: <RealtimeProvider> needs a realtime, made by createRealtime({ url })')
  useEffect(() => realtime.acquire(), [realtime])
  return <RealtimeContext.Provider value={realtime}>{children}</RealtimeContext.Provider>
}
