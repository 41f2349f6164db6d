import type { ChannelSnapshot, ChannelStore } from '../core/channel-types.js'
import { no_presences } from '../core/presence-sync.js'
import type { Store } from '../core/store.js'

const stop = () => undefined

function fixed<T>(value: T): Store<T> {
  return { subscribe: () => stop, getSnapshot: () => value }
}

const no_messages: Store<readonly unknown[]> = fixed([])
const closed: ChannelSnapshot = Object.freeze({ status: 'closed', response: undefined, error: undefined })

/** What the hooks use when their topic is null: closed, empty, and nobody is told anything. */
export const nothing: ChannelStore = {
  ...fixed(closed),
  topic: '',
  acquire: () => stop,
  retry: stop,
  push: () => Promise.resolve({ status: 'offline', sent: false }),
  on: () => stop,
  presence: fixed(no_presences),
  messages: () => no_messages,
}
