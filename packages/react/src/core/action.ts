import { createAgentStore } from './agent.js'
import type { UntypedChannel } from './channel-types.js'
import { isObject } from './is-object.js'
import type { Payload } from './phoenix.js'
import type { PushFailure, PushOptions, PushResult } from './push.js'
import { createCell, type Store } from './store.js'

export interface ActionState {
  /** Whether a run of it has not settled. */
  readonly pending: boolean
  /** How the last one that settled failed; undefined: it did not, or another one runs since. */
  readonly error: PushFailure | undefined
}

export interface Action extends Store<ActionState> {
  run(this: void, payload?: Payload, options?: PushOptions): Promise<PushResult>
}

/** What the state will be, most likely. */
export type Optimistic = (state: unknown, payload: unknown) => unknown

const idle: ActionState = Object.freeze({ pending: false, error: undefined })

/** A push that people wait for: it tells whether it is under way and how it failed, and shows its outcome in advance. */
export function createAction(channel: UntypedChannel, event: string, optimistic: () => Optimistic | undefined): Action {
  const cell = createCell(idle)
  let running = 0
  return {
    subscribe: cell.subscribe,
    getSnapshot: cell.getSnapshot,
    getServerSnapshot: cell.getServerSnapshot,
    async run(payload = {}, options) {
      const change = optimistic()
      const settle = change && channel.extend(createAgentStore).optimistic((state) => change(state, payload))
      if (running++ === 0) cell.set({ pending: true, error: undefined })
      const result = await channel.push(event, payload, options)
      // The patch of an answer that names its version may come after it: until then what was expected stays.
      settle?.(result.status === 'ok' && isObject(result.response) ? result.response['version'] : undefined)
      running -= 1
      const error = result.status === 'ok' ? undefined : result
      cell.set(running === 0 && !error ? idle : { pending: running > 0, error })
      return result
    },
  }
}
