import { useEffect, useRef, useState } from 'react'
import type { UntypedChannel } from '../core/channel-types.js'
import { hold } from '../core/hold.js'
import type { Params } from '../core/phoenix.js'
import { useRealtime } from './context.js'
import { nothing } from './nothing.js'

export interface LeaseRequest {
  /** The join payload: that of the latest render counts at each join; a new one alone does not rejoin. */
  readonly params?: Params | undefined
  /** Who asks, for a conflict of params; called in development, while rendering. */
  readonly place?: () => string
}

/** The channel of `topic`, joined from effect time while the component is mounted; for null one that never joins. */
export function useLease(topic: string | null, { params, place }: LeaseRequest = {}): UntypedChannel {
  const realtime = useRealtime()
  const { diagnostics, channel: find } = realtime.internal
  const channel = topic === null ? nothing : find(topic)
  const [asked_at] = useState(() => (diagnostics.development && params !== undefined ? place?.() : undefined))
  const latest = useRef(params)
  useEffect(() => {
    latest.current = params
  })
  useEffect(
    () => hold(realtime, channel, { current: () => latest.current, place: asked_at }),
    [realtime, channel, asked_at],
  )
  return channel
}
