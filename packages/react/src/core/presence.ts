import type { ChannelLike } from './phoenix.js'
import { no_presences, syncDiff, syncState } from './presence-sync.js'
import type { PresenceDiff, PresenceState, WirePresences } from './presence-sync.js'
import { createStore, type Store } from './store.js'

/** Diffs held back while their state is awaited. 1,000: a server that sends no state must not fill memory. */
const pending_diffs_max = 1_000

export interface PresenceStore extends Store<PresenceState> {
  /** Follows the presence events of `channel`, from now on. */
  attach(channel: ChannelLike): void
  reset(): void
}

/**
 * The presences of one topic. Diffs that come before the first `presence_state` of the current join wait
 * for it (PROTOCOL Q19); between a loss and that state the old picture stays, as the best guess.
 */
export function createPresenceStore(): PresenceStore {
  const store = createStore<PresenceState>(no_presences)
  let synced_join: unknown
  let pending: PresenceDiff[] = []

  const onState = (wire: WirePresences, join_ref: unknown) => {
    synced_join = join_ref
    const waiting = pending
    pending = []
    store.set(waiting.reduce(syncDiff, syncState(store.getSnapshot(), wire)))
  }
  const onDiff = (diff: PresenceDiff, join_ref: unknown) => {
    if (join_ref === synced_join) store.set(syncDiff(store.getSnapshot(), diff))
    else if (pending.length < pending_diffs_max) pending.push(diff)
  }

  return {
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    attach(channel) {
      synced_join = undefined
      pending = []
      channel.on('presence_state', (wire, _ref, join_ref) => onState(wire as WirePresences, join_ref))
      channel.on('presence_diff', (diff, _ref, join_ref) => onDiff(diff as PresenceDiff, join_ref))
    },
    reset: () => store.set(no_presences),
  }
}
