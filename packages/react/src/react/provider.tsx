import { useEffect, type ReactElement, type ReactNode } from 'react'
import type { Realtime } from '../core/realtime.js'
import { RealtimeContext } from './context.js'

export interface RealtimeProviderProps {
  /** Made once by createRealtime, outside of components. */
  readonly realtime: Realtime
  readonly children?: ReactNode
}

/** Gives the hooks below it one socket, connected while the provider is mounted. */
export function RealtimeProvider({ realtime, children }: RealtimeProviderProps): ReactElement {
  useEffect(() => realtime.acquire(), [realtime])
  return <RealtimeContext.Provider value={realtime}>{children}</RealtimeContext.Provider>
}
