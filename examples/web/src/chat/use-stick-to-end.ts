import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from 'react'

/** 48 px: nearly at the end counts as the end, so that a line more or less does not matter. */
const near_end_px = 48

export interface StickToEnd {
  readonly ref: RefObject<HTMLDivElement | null>
  readonly onScroll: () => void
  /** Messages came while the reader was further up. */
  readonly unseen: boolean
  readonly toEnd: () => void
}

/** Keeps a list at its end while it grows, unless the reader has scrolled up; own messages always show. */
export function useStickToEnd(last_id: number | undefined, last_is_mine: boolean, tail: number): StickToEnd {
  const ref = useRef<HTMLDivElement>(null)
  const at_end = useRef(true)
  const [unseen, setUnseen] = useState(false)

  const toEnd = useCallback(() => {
    const list = ref.current
    if (list) list.scrollTop = list.scrollHeight
    at_end.current = true
    setUnseen(false)
  }, [])
  const onScroll = useCallback(() => {
    const list = ref.current
    if (!list) return
    at_end.current = list.scrollHeight - list.scrollTop - list.clientHeight < near_end_px
    if (at_end.current) setUnseen(false)
  }, [])

  useLayoutEffect(() => {
    if (at_end.current || last_is_mine || tail > 0) toEnd()
    else if (last_id !== undefined) setUnseen(true)
  }, [last_id, last_is_mine, tail, toEnd])

  // The keyboard of a phone, the banner and a growing composer change the height: stay at the end.
  useLayoutEffect(() => {
    const list = ref.current
    if (!list) return undefined
    const observer = new ResizeObserver(() => {
      if (at_end.current) list.scrollTop = list.scrollHeight
    })
    observer.observe(list)
    return () => observer.disconnect()
  }, [])
  return { ref, onScroll, unseen, toEnd }
}
