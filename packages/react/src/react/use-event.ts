import { useEffect, useRef } from 'react'
import { useLease } from './use-lease.js'

/** Calls the latest `handler` with the payload of every `event` on `topic`; it keeps the topic joined. */
export function useEvent<Message = unknown>(
  topic: string | null,
  event: string,
  handler: (payload: Message) => void,
): void {
  const channel = useLease(topic)
  const latest = useRef(handler)
  useEffect(() => {
    latest.current = handler
  })
  useEffect(() => channel.on(event, (payload) => latest.current(payload as Message)), [channel, event])
}
