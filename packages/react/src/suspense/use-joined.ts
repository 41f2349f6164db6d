import type { ChannelError, ChannelSnapshot, UntypedChannel } from '../core/channel-types.js'
import { useRealtime } from '../react/context.js'
import { useLease, type LeaseRequest } from '../react/use-lease.js'
import { useSnapshot } from '../react/use-snapshot.js'
import { ready } from './ready.js'

/** What an error boundary gets when the server does not let us in. */
export class ChannelRefused extends Error {
  override readonly name = 'ChannelRefused'
  readonly topic: string
  /** All that came with the refusal. */
  readonly response: unknown
  /** Asks again; then let the boundary render its children. */
  readonly retry: () => void

  constructor(topic: string, error: ChannelError | undefined, retry: () => void) {
    super(error?.reason ?? 'refused')
    this.topic = topic
    this.response = error?.response
    this.retry = retry
  }
}

/** The channel of `topic` and its snapshot once it was joined; until then the component suspends. */
export function useJoined(topic: string, request: LeaseRequest = {}): { channel: UntypedChannel; snapshot: ChannelSnapshot } {
  const realtime = useRealtime()
  const channel = useLease(topic, request)
  const snapshot = useSnapshot(channel)
  const { status, response, error } = snapshot
  if (status === 'joined' || response !== undefined) return { channel, snapshot }
  if (status === 'refused' || status === 'closed') throw new ChannelRefused(topic, error, channel.retry)
  // React then renders the fallback, and the component in the browser.
  if (typeof window === 'undefined') throw new Error(`@roost/react: "${topic}" is joined in the browser`)
  // To be caught by React: that is how a component suspends in every version we support.
  throw ready(realtime, channel, { params: request.params })
}
