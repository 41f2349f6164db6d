import type { ChannelSnapshot, UntypedChannel } from '../core/channel-types.js'
import { real_clock } from '../core/clock.js'
import { createDiagnostics } from '../core/diagnostics.js'
import type { EventHub } from '../core/event-hub.js'
import type { Extension, ExtensionContext, MakeExtension } from '../core/extension.js'
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

const never_joined: ExtensionContext = {
  topic: '',
  hub: { on: () => stop } as unknown as EventHub,
  diagnostics: createDiagnostics(false),
  clock: real_clock,
  rejoin: stop,
  caused: undefined,
  is_joined: false,
  is_seeded: false,
  response: undefined,
}
const extensions = new Map<unknown, Extension>()

function extend<T extends Extension>(make: MakeExtension<T>): T {
  const made = (extensions.get(make) as T | undefined) ?? make(never_joined)
  extensions.set(make, made)
  return made
}

/** What the hooks use when their topic is null: idle, empty, and nobody is told anything. */
export const nothing: UntypedChannel = {
  ...fixed(idle),
  topic: '',
  acquire: () => stop,
  retry: stop,
  push: () => Promise.resolve({ status: 'offline', sent: false }),
  on: () => stop,
  replay: () => true,
  presence: { ...fixed(no_presences), of: () => nobody, keys: fixed([]), count: fixed({ keys: 0, metas: 0 }) },
  messages: () => no_messages,
  extend,
}
