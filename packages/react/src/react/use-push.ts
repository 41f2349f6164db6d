import type { ChannelStore } from '../core/channel-types.js'
import type { Entry, Registered, Topic } from '../core/contract.js'
import { useLease } from './use-lease.js'

export type Push<E> = ChannelStore<E>['push']

/** The push of `topic`: the same function at every render. How it settles: see PushResult; it never rejects. */
export function usePush<T extends Topic>(topic: T | null): Push<Entry<Registered, T>> {
  return useLease(topic).push as unknown as Push<Entry<Registered, T>>
}
