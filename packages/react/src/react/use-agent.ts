import { useMemo } from 'react'
import { createAgentStore } from '../core/agent.js'
import type { Entry, Registered, StateOf, Topic } from '../core/contract.js'
import { useLease } from './use-lease.js'
import { useSelector, type IsEqual } from './use-selector.js'

type State<T extends string> = StateOf<Entry<Registered, T>>

const whole = (state: unknown): unknown => state

/** The state that the server owns on `topic`; undefined until the first join. What did not change is the same object. */
export function useAgent<T extends Topic>(topic: T | null): State<T> | undefined
/** A part of it: renders again only when `select`'s result changes by `is_equal` (default Object.is). */
export function useAgent<T extends Topic, Selected>(
  topic: T | null,
  select: (state: State<T>) => Selected,
  is_equal?: IsEqual<Selected>,
): Selected | undefined
export function useAgent(topic: string | null, select: (state: never) => unknown = whole, is_equal?: IsEqual<unknown>): unknown {
  const agent = useLease(topic).extend(createAgentStore)
  const read = useMemo(() => (state: unknown) => (state === undefined ? undefined : select(state as never)), [select])
  const equal = useMemo(() => is_equal && ((a: unknown, b: unknown) => (a === undefined || b === undefined ? a === b : is_equal(a, b))), [is_equal])
  return useSelector(agent, read, equal)
}
