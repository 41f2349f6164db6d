import { useCallback, useEffect, useRef } from 'react'
import { useMyPresence } from '@roost/react'

/** 3 s without a key: no longer typing. */
const idle_ms = 3_000

export interface TypingSignal {
  /** A key was pressed that changed the draft. */
  readonly typed: () => void
  /** The draft was sent, emptied or left. */
  readonly stopped: () => void
}

/** Tells the room when the visitor begins and ceases to type: two writes per burst, not one per key. */
export function useTyping(topic: `room:${string}`): TypingSignal {
  const [, update] = useMyPresence(topic, { event: 'typing', initial: { typing: false } })
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  const stopped = useCallback(() => {
    clearTimeout(timer.current)
    update({ typing: false })
  }, [update])
  const typed = useCallback(() => {
    update({ typing: true })
    clearTimeout(timer.current)
    timer.current = setTimeout(stopped, idle_ms)
  }, [update, stopped])

  useEffect(() => stopped, [stopped])
  return { typed, stopped }
}
