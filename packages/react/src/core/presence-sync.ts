/** One device of a key: whatever the server tracks, with its unique ref. PROTOCOL Q22. */
export interface PresenceMeta {
  readonly phx_ref: string
  readonly phx_ref_prev?: string
}

/** What a key has in a topic: at least one meta, and any fields that the server's fetch added. */
export interface PresenceEntry<Meta = unknown> {
  readonly metas: readonly (Meta & PresenceMeta)[]
}

/** Key -> entry. A Map, because servers choose keys freely ("__proto__", "42"); never changed in place. */
export type PresenceState<Meta = unknown> = ReadonlyMap<string, PresenceEntry<Meta>>

export type WirePresences = Readonly<Record<string, PresenceEntry>>

export interface PresenceDiff {
  readonly joins: WirePresences
  readonly leaves: WirePresences
}

/**
 * What a Roost server says to us in place of a diff: the metas of `updates` take the place of those that their phx_ref_prev
 * names, and `leaves` are refs. Of a topic that is only counted: `keys` and `metas`, with an empty `state` at first.
 */
export interface PresenceChanges {
  readonly updates?: WirePresences
  readonly joins?: WirePresences
  readonly leaves?: Readonly<Record<string, readonly string[]>>
  readonly state?: WirePresences
  readonly keys?: number
  readonly metas?: number
}

export const no_presences: PresenceState<never> = new Map()

/**
 * The state after a `presence_state` (PROTOCOL Q20). Keys and metas that stay are the objects that were
 * there; when nothing changed, the result is `current` itself.
 */
export function syncState(current: PresenceState, wire: WirePresences): PresenceState {
  const next = new Map<string, PresenceEntry>()
  for (const [key, entry] of current) {
    const fresh = Object.hasOwn(wire, key) ? wire[key] : undefined
    if (fresh) next.set(key, replaceMetas(entry, fresh))
  }
  for (const [key, fresh] of Object.entries(wire)) if (!next.has(key)) next.set(key, fresh)
  return sameEntries(current, next) ? current : next
}

/** The state after a `presence_diff` (PROTOCOL Q21): joins first, then leaves. */
export function syncDiff(current: PresenceState, { joins, leaves }: PresenceDiff): PresenceState {
  return change(current, {}, joins, Object.entries(leaves).map(([key, left]) => [key, refsOf(left)]))
}

/** The state after what a Roost server said: updates first, then as a diff. */
export function syncChanges(current: PresenceState, { updates = {}, joins = {}, leaves = {}, state }: PresenceChanges): PresenceState {
  return change(
    state ? syncState(current, state) : current,
    updates,
    joins,
    Object.entries(leaves).map(([key, refs]) => [key, new Set(refs)]),
  )
}

function change(
  current: PresenceState,
  updates: WirePresences,
  joins: WirePresences,
  leaves: readonly (readonly [key: string, refs: ReadonlySet<string>])[],
): PresenceState {
  const next = new Map(current)
  const put = (presences: WirePresences, merge: (entry: PresenceEntry, fresh: PresenceEntry) => PresenceEntry) => {
    for (const [key, fresh] of Object.entries(presences)) {
      const entry = next.get(key)
      next.set(key, entry ? merge(entry, fresh) : fresh)
    }
  }
  put(updates, updateMetas)
  put(joins, addMetas)
  for (const [key, refs] of leaves) {
    const entry = next.get(key)
    if (!entry) continue
    const rest = withoutMetas(entry, refs)
    if (rest.metas.length > 0) next.set(key, rest)
    else next.delete(key)
  }
  return sameEntries(current, next) ? current : next
}

/** Metas that stay keep their order and come before the new ones, as phoenix.js has it. */
function replaceMetas(entry: PresenceEntry, fresh: PresenceEntry): PresenceEntry {
  const had = refsOf(entry)
  const has = refsOf(fresh)
  const kept = entry.metas.filter((meta) => has.has(meta.phx_ref))
  const added = fresh.metas.filter((meta) => !had.has(meta.phx_ref))
  if (added.length === 0 && kept.length === entry.metas.length) return entry
  // As in phoenix.js, fields beside `metas` are those of the latest join.
  return { ...(added.length > 0 ? fresh : entry), metas: [...kept, ...added] }
}

function addMetas(entry: PresenceEntry, joined: PresenceEntry): PresenceEntry {
  const refs = refsOf(joined)
  return { ...joined, metas: [...entry.metas.filter((meta) => !refs.has(meta.phx_ref)), ...joined.metas] }
}

/** An update stays where the meta was that it replaces; without that one it is a join. */
function updateMetas(entry: PresenceEntry, updated: PresenceEntry): PresenceEntry {
  let { metas } = entry
  for (const meta of updated.metas) {
    const others = metas.filter(({ phx_ref }) => phx_ref !== meta.phx_ref)
    const at = others.findIndex(({ phx_ref }) => phx_ref === meta.phx_ref_prev)
    metas = at < 0 ? [...others, meta] : [...others.slice(0, at), meta, ...others.slice(at + 1)]
  }
  return { ...updated, metas }
}

function withoutMetas(entry: PresenceEntry, refs: ReadonlySet<string>): PresenceEntry {
  const metas = entry.metas.filter((meta) => !refs.has(meta.phx_ref))
  return metas.length === entry.metas.length ? entry : { ...entry, metas }
}

function refsOf(entry: PresenceEntry): Set<string> {
  return new Set(entry.metas.map((meta) => meta.phx_ref))
}

function sameEntries(a: PresenceState, b: PresenceState): boolean {
  if (a.size !== b.size) return false
  for (const [key, entry] of a) if (b.get(key) !== entry) return false
  return true
}
