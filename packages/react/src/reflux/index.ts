export { wireChannel } from './wire.js'
export type { Target, WireOptions } from './wire.js'
export { useStore } from './use-store.js'
export type { RefluxAction, RefluxListenable, RefluxStore } from './types.js'
