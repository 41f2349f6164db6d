import type { UntypedChannel, UntypedJoinOptions } from './channel-types.js'
import type { AnyRealtime } from './realtime.js'

/** Takes a lease of a channel and of its connection; the result gives both back, the channel's first so that it is left. */
export function hold(realtime: AnyRealtime, channel: UntypedChannel, options?: UntypedJoinOptions): () => void {
  const disconnect = realtime.acquire()
  try {
    const leave = channel.acquire(options)
    return () => {
      leave()
      disconnect()
    }
  } catch (error) {
    disconnect()
    throw error
  }
}
