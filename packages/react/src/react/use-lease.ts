import { useEffect, useRef } from 'react'
import type { ChannelStore } from '../core/channel-types.js'
import type { Params, Payload } from '../core/phoenix.js'
import { nothing } from './nothing.js'
import { useRealtime } from './context.js'

/**
 * The channel of `topic`, joined from effect time while the component is mounted; for null a channel
 * that never joins. `params`: those of the latest render count at each join; new ones alone do not rejoin.
 */
export function useLease(topic: string | null, params?: Params): ChannelStore {
  const realtime = useRealtime()
  const channel = topic === null ? nothing : realtime.channel(topic)
  const latest = useRef(params)
  useEffect(() => {
    latest.current = params
  })
  const given = params !== undefined
  useEffect(() => {
    const release = realtime.acquire()
    const leave = channel.acquire(given ? () => evaluate(latest.current) : undefined)
    return () => {
      leave()
      release()
    }
  }, [realtime, channel, given])
  return channel
}

function evaluate(params: Params | undefined): Payload {
  return typeof params === 'function' ? (params as () => Payload)() : (params ?? {})
}
