import { useEffect, useMemo, useRef } from 'react'
import { createAction, type ActionState, type Optimistic } from '../core/action.js'
import type { Entry, PayloadArgument, PushName, PushPayload, PushReply, Registered, StateOf, Topic } from '../core/contract.js'
import type { PushOptions, PushResult } from '../core/push.js'
import { useLease } from './use-lease.js'
import { useSnapshot } from './use-snapshot.js'

export interface UseActionOptions<E, Event> {
  /**
   * The state (useAgent's) as it will be when the server has done it: shown until the answer, taken back if that is not
   * ok. An answer with a `version` keeps it until that version is here.
   */
  readonly optimistic?: (state: StateOf<E>, payload: PushPayload<E, Event>) => StateOf<E>
}

export interface UseActionResult<E, Event> extends ActionState {
  /** Pushes; the same function at every render. How it settles: see PushResult; it never rejects. */
  readonly run: (...rest: [...PayloadArgument<PushPayload<E, Event>>, options?: PushOptions]) => Promise<PushResult<PushReply<E, Event>>>
}

/** A push of `topic` with what a component shows about it: whether it is under way, and how the last one failed. */
export function useAction<T extends Topic, Event extends PushName<Entry<Registered, T>>>(
  topic: T | null,
  event: Event,
  { optimistic }: UseActionOptions<Entry<Registered, T>, Event> = {},
): UseActionResult<Entry<Registered, T>, Event> {
  const channel = useLease(topic)
  const latest = useRef(optimistic)
  useEffect(() => {
    latest.current = optimistic
  })
  const action = useMemo(() => createAction(channel, event, () => latest.current as Optimistic | undefined), [channel, event])
  const state = useSnapshot(action)
  return useMemo(() => ({ ...state, run: action.run }) as unknown as UseActionResult<Entry<Registered, T>, Event>, [state, action])
}
