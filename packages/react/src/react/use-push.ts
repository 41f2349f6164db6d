import type { Payload } from '../core/phoenix.js'
import type { PushResult } from '../core/push.js'
import { useLease } from './use-lease.js'

export type Push<Reply = unknown> = (event: string, payload?: Payload, timeout_ms?: number) => Promise<PushResult<Reply>>

/** The push of `topic`: the same function at every render. How it settles: see PushResult; it never rejects. */
export function usePush<Reply = unknown>(topic: string | null): Push<Reply> {
  return useLease(topic).push as Push<Reply>
}
