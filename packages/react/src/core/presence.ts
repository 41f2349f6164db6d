import { problemOf, type Check } from './checks.js'
import type { Diagnostics } from './diagnostics.js'
import type { EventHub } from './event-hub.js'
import { isObject } from './is-object.js'
import { no_presences, syncChanges, syncDiff, syncState } from './presence-sync.js'
import type { PresenceChanges, PresenceDiff, PresenceEntry, PresenceState, WirePresences } from './presence-sync.js'
import { createCell, derive, listen, tell, type Store } from './store.js'

/** Diffs held back while their state is awaited. 1,000: a server that sends no state must not fill memory. */
const pending_diffs_max = 1_000

/** How many are on a topic, also where the server does not tell who. */
export interface PresenceCount {
  readonly keys: number
  /** Of all keys: one on two devices has two. */
  readonly metas: number
}

/** Who is on a topic. */
export interface PresenceStore<Meta = unknown> extends Store<PresenceState<Meta>> {
  /** The entry of one key; listeners hear of that key alone, however many others change. */
  of(this: void, key: string): Store<PresenceEntry<Meta> | undefined>
  /** The keys in the order in which they came: the same list until one comes or goes. */
  readonly keys: Store<readonly string[]>
  readonly count: Store<PresenceCount>
}

export interface OwnedPresenceStore extends PresenceStore {
  /** A new join: its diffs wait for its state. Until then the old picture stays, as the best guess. */
  joining(): void
  reset(): void
  /** Begins with presences that a server rendered. */
  seed(wire: WirePresences): void
}

export interface PresenceContext {
  readonly topic: string
  readonly hub: EventHub
  readonly check: Check | undefined
  readonly diagnostics: Diagnostics
}

/** The presences of one topic. Diffs that come before the first `presence_state` of a join wait for it (PROTOCOL Q19). */
export function createPresenceStore({ topic, hub, check, diagnostics }: PresenceContext): OwnedPresenceStore {
  const store = createCell<PresenceState>(no_presences)
  const count = createCell<PresenceCount>({ keys: 0, metas: 0 })
  const by_key = new Map<string, Set<() => void>>()
  let synced_join: unknown
  let pending: PresenceChange[] = []

  const become = (next: PresenceState, told?: PresenceChanges) => {
    const before = store.getSnapshot()
    const counted = countOf(next, told)
    if (!isSame(counted, count.getSnapshot())) count.set(counted)
    store.set(next)
    for (const [key, listeners] of [...by_key]) if (before.get(key) !== next.get(key)) tell(listeners)
  }
  const broken = (what: string, presences: unknown) => {
    const problem = problemOfPresences(presences, check)
    if (problem !== undefined) diagnostics.dropped(topic, what, problem)
    return problem !== undefined
  }

  hub.on('presence_state', (wire, join_ref) => {
    if (broken('"presence_state"', wire)) return
    synced_join = join_ref
    const waiting = pending
    pending = []
    become(waiting.reduce((state, apply) => apply(state), syncState(store.getSnapshot(), wire as WirePresences)))
  })
  const changed = (join_ref: unknown, apply: PresenceChange, told?: PresenceChanges) => {
    if (join_ref === synced_join) become(apply(store.getSnapshot()), told)
    else if (pending.length < pending_diffs_max) pending.push(apply)
  }
  hub.on('presence_diff', (wire, join_ref) => {
    const { joins, leaves } = (isObject(wire) ? wire : {}) as Partial<PresenceDiff>
    if (broken('"presence_diff", joins', joins) || broken('"presence_diff", leaves', leaves)) return
    changed(join_ref, (state) => syncDiff(state, wire as unknown as PresenceDiff))
  })
  hub.on('roost_presence', (wire, join_ref) => {
    const told = (isObject(wire) ? wire : {}) as PresenceChanges
    const { updates = {}, joins = {}, leaves = {}, state } = told
    if (state !== undefined && broken('"roost_presence", state', state)) return
    if (broken('"roost_presence", updates', updates) || broken('"roost_presence", joins', joins)) return
    if (!isObject(leaves) || !Object.values(leaves).every(isListOfTexts))
      return diagnostics.dropped(topic, '"roost_presence"', 'leaves: expected lists of refs')
    if (!isCount(told.keys) || !isCount(told.metas)) return diagnostics.dropped(topic, '"roost_presence"', 'keys, metas: expected numbers')
    if (state) {
      // It has its place among the changes: what came before is in it.
      synced_join = join_ref
      pending = []
    }
    changed(join_ref, (current) => syncChanges(current, told), told)
  })

  const presence: OwnedPresenceStore = {
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    getServerSnapshot: store.getServerSnapshot,
    of: (key) => ({
      caused: presence.caused,
      subscribe: (listener) => listenTo(by_key, key, listener),
      getSnapshot: () => store.getSnapshot().get(key),
      getServerSnapshot: () => store.getServerSnapshot().get(key),
    }),
    keys: derive(store, (state) => [...state.keys()], sameList),
    count,
    joining() {
      synced_join = undefined
      pending = []
    },
    reset: () => become(no_presences),
    seed(wire) {
      if (broken('the presences of the rendered page', wire)) return
      const state = syncState(no_presences, wire)
      count.seed(countOf(state))
      store.seed(state)
    },
  }
  return presence
}

type PresenceChange = (state: PresenceState) => PresenceState

/** By the word of the server, else by what is here. */
function countOf(state: PresenceState, { keys, metas }: PresenceChanges = {}): PresenceCount {
  let here = 0
  for (const entry of state.values()) here += entry.metas.length
  return { keys: keys ?? state.size, metas: metas ?? here }
}

const isSame = (a: PresenceCount, b: PresenceCount): boolean => a.keys === b.keys && a.metas === b.metas

const isCount = (value: unknown): boolean => value === undefined || typeof value === 'number'

const isListOfTexts = (list: unknown): boolean => Array.isArray(list) && list.every((each) => typeof each === 'string')

function listenTo(by_key: Map<string, Set<() => void>>, key: string, listener: () => void): () => void {
  const listeners = by_key.get(key) ?? new Set()
  by_key.set(key, listeners)
  const stop = listen(listeners, listener)
  return () => {
    stop()
    if (listeners.size === 0 && by_key.get(key) === listeners) by_key.delete(key)
  }
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((key, i) => key === b[i])

/** Key -> {metas: [{phx_ref}, ...]}, each meta as the contract has it. */
function problemOfPresences(presences: unknown, check: Check | undefined): string | undefined {
  if (!isObject(presences)) return 'expected an object of presences'
  for (const [key, entry] of Object.entries(presences)) {
    const metas = isObject(entry) ? entry['metas'] : undefined
    if (!Array.isArray(metas)) return `${key}.metas: expected a list`
    for (const [i, meta] of (metas as unknown[]).entries()) {
      if (!isObject(meta) || typeof meta['phx_ref'] !== 'string') return `${key}.metas.${i}.phx_ref: expected a string`
      const problem = problemOf(check, meta)
      if (problem !== undefined) return `${key}.metas.${i}.${problem}`
    }
  }
  return undefined
}
