import type { ChannelSnapshot, UntypedChannel } from '../core/channel-types.js'
import type { MessagesSnapshot } from '../core/messages.js'
import { no_presences } from '../core/presence-sync.js'
import type { Store } from '../core/store.js'

const stop = () => undefined

function fixed<T>(value: T): Store<T> {
  return { subscribe: () => stop, getSnapshot: () => value, getServerSnapshot: () => value }
}

const no_messages: Store<MessagesSnapshot<unknown>> = fixed({ messages: [], gaps: new Set() })
const idle: ChannelSnapshot = Object.freeze({ status: 'idle', response: undefined, error: undefined })
const nobody = fixed(undefined)

/** What the hooks use when their topic is null: idle, empty, and nobody is told anything. */
export const nothing: UntypedChannel = {
  ...fixed(idle),
  topic: '',
  acquire: () => stop,
  retry: stop,
  push: () => Promise.resolve({ status: 'offline', sent: false }),
  on: () => stop,
  replay: () => true,
  presence: { ...fixed(no_presences), of: () => nobody, keys: fixed([]) },
  messages: () => no_messages,
}
