import { useCallback, useMemo, useState } from 'react'
import { usePush, type PushResult } from '@roost/react'
import { failureOf } from './failure.js'

/** A message of ours that the server has not taken yet. */
export interface Unsent {
  readonly key: number
  readonly body: string
  /** Why it was not taken; undefined while it is on its way. */
  readonly problem: string | undefined
}

export interface Outbox {
  readonly unsent: readonly Unsent[]
  readonly send: (body: string) => void
  readonly retry: (unsent: Unsent) => void
  readonly discard: (unsent: Unsent) => void
}

let last_key = 0

/** Sends messages, and keeps those that the server has not taken, so that nothing typed is lost. */
export function useOutbox(topic: `room:${string}`): Outbox {
  const push = usePush(topic)
  const [unsent, setUnsent] = useState<readonly Unsent[]>([])

  const discard = useCallback(({ key }: Unsent) => setUnsent((all) => all.filter((each) => each.key !== key)), [])
  const send = useCallback(
    (body: string) => {
      last_key += 1
      const mine: Unsent = { key: last_key, body, problem: undefined }
      const settle = (result: PushResult) => {
        if (result.status === 'ok') discard(mine)
        else setUnsent((all) => all.map((each) => (each.key === mine.key ? { ...each, problem: failureOf(result) } : each)))
      }
      setUnsent((all) => [...all, mine])
      void push('new_msg', { body }).then(settle)
    },
    [push, discard],
  )
  const retry = useCallback(
    (again: Unsent) => {
      discard(again)
      send(again.body)
    },
    [discard, send],
  )
  return useMemo(() => ({ unsent, send, retry, discard }), [unsent, send, retry, discard])
}
