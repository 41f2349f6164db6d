import { useEffect, useRef } from 'react'
import type { Entry, EventName, EventOf, Registered, Topic } from '../core/contract.js'
import { useLease } from './use-lease.js'

/** Calls the latest `handler` with the payload of every `event` on `topic`; it keeps the topic joined. */
export function useEvent<T extends Topic, Event extends EventName<Entry<Registered, T>>>(
  topic: T | null,
  event: Event,
  handler: (payload: EventOf<Entry<Registered, T>, Event>) => void,
): void {
  const channel = useLease(topic)
  const latest = useRef(handler)
  useEffect(() => {
    latest.current = handler
  })
  useEffect(() => channel.on(event, (payload) => latest.current(payload as Parameters<typeof handler>[0])), [channel, event])
}
