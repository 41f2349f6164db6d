import { useCallback, useEffect, useRef } from 'react'
import { usePush } from '@roost/react'

/** 3 s without a key: no longer typing. */
const idle_ms = 3_000

export interface TypingSignal {
  /** A key was pressed that changed the draft. */
  readonly typed: () => void
  /** The draft was sent, emptied or left. */
  readonly stopped: () => void
}

/** Tells the room when the visitor begins and ceases to type: two pushes per burst, not one per key. */
export function useTyping(topic: string): TypingSignal {
  const push = usePush(topic)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  const stopped = useCallback(() => {
    if (timer.current === undefined) return
    clearTimeout(timer.current)
    timer.current = undefined
    void push('typing', { typing: false })
  }, [push])
  const typed = useCallback(() => {
    if (timer.current === undefined) void push('typing', { typing: true })
    clearTimeout(timer.current)
    timer.current = setTimeout(stopped, idle_ms)
  }, [push, stopped])

  useEffect(() => stopped, [stopped])
  return { typed, stopped }
}
