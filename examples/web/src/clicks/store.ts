import type { ChannelSnapshot, PushResult } from '@roost/react'
import { createAction, createStore } from 'reflux-core'
import type { Button, State, Update } from '../contract.js'

export interface ClicksState {
  /** undefined until the first join reply. */
  readonly buttons: readonly Button[] | undefined
  /** Of the state that `buttons` shows: what is not newer was counted already. */
  readonly version: number
  /** Why the server does not let us in. */
  readonly refusal: string | undefined
  /** Why the last click did not count, and which failure it is. */
  readonly failure: { readonly text: string; readonly number: number } | undefined
}

/** Somebody here presses a button. `failed` when the server did not count it. */
export const hit = createAction<{ button: string }>({ asyncResult: true })

const initial: ClicksState = { buttons: undefined, version: 0, refusal: undefined, failure: undefined }

/** All that the page shows, changed only by what the server says. */
export const clicks = createStore({
  state: initial,
  init() {
    this.listenTo(hit.failed, this.onHitFailed)
  },
  set(change: Partial<ClicksState>) {
    this.state = { ...this.state, ...change }
    this.trigger(this.state)
  },
  onJoined({ buttons, version }: State) {
    this.set({ buttons, version, failure: undefined })
  },
  /** All of it anew, after the node had missed clicks of another one. */
  onState({ buttons, version }: State) {
    if (version > this.state.version) this.set({ buttons, version })
  },
  onUpdateUser({ version, button, hits, user: { id, name, hits: mine } }: Update) {
    if (version <= this.state.version) return
    const buttons = this.state.buttons?.map((each) =>
      each.name === button ? { ...each, hits, by: { ...each.by, [id]: { name, hits: mine } } } : each,
    )
    this.set({ buttons, version })
  },
  onChannel({ status, error }: ChannelSnapshot) {
    this.set({ refusal: status === 'refused' || status === 'closed' ? (error?.reason ?? status) : undefined })
  },
  onHitFailed(result: PushResult, { button }: { button: string }) {
    const number = (this.state.failure?.number ?? 0) + 1
    this.set({ failure: { number, text: `Your click on ${button} was not counted: ${why(result)}.` } })
  },
})

function why(result: PushResult): string {
  if (result.status === 'error') return result.reason
  return result.status === 'timeout' ? 'the server did not answer' : 'the server is away'
}
