import { backoff } from './backoff.js'
import type { Extension, ExtensionContext } from './extension.js'
import { isObject } from './is-object.js'
import { applyPatch, share } from './json-patch.js'
import { createCell, type Store } from './store.js'

/** What a page changes in advance of the server. */
export type Change = (state: unknown) => unknown

/** The state of a topic that the server owns; undefined until the first join. */
export interface AgentStore extends Store<unknown> {
  /**
   * Shows `change` on top of what the server says, until the result is called: to the moment, or with a version, to
   * when the server's state has that one.
   */
  optimistic(this: void, change: Change): (version?: unknown) => void
}

interface Layer {
  readonly change: Change
  /** The version in which the server has done it. */
  until?: number
}

/** What a snapshot, a patch and the word of how far we are have in common. */
interface Said {
  readonly epoch?: unknown
  readonly version?: unknown
  readonly state?: unknown
  readonly patches?: unknown
  readonly ops?: unknown
}

/**
 * Follows a live document (docs/wire.md): a snapshot, then one patch for each version. Where the next one is not what
 * comes, or does not fit, another join brings a snapshot; until then the state stays what it was.
 */
export function createAgentStore({ topic, hub, diagnostics, clock, rejoin, ...begin }: ExtensionContext): AgentStore & Extension {
  const shown = createCell<unknown>(undefined)
  const layers = new Set<Layer>()
  let at: { readonly epoch: unknown; readonly version: number } | undefined
  let state: unknown
  // Whether the patches of the present join count: it was answered, and they follow from what it brought.
  let is_live = false
  let tries = 0

  const look = (): unknown => {
    let value = state
    for (const layer of layers) {
      if (at && layer.until! <= at.version) layers.delete(layer)
      else if (value !== undefined) value = changed(value, layer.change)
    }
    return value
  }
  const show = () => shown.set(look())
  const changed = (value: unknown, change: Change) => {
    try {
      return share(value, change(value))
    } catch (error) {
      diagnostics.threw(topic, 'optimistic', error)
      return value
    }
  }
  const lose = (what: string) => {
    diagnostics.dropped(topic, what, 'it does not follow from the state that we have')
    is_live = false
    at = undefined
    // At once for the first time; a server that never fits is asked ever more rarely.
    clock.after(tries && backoff(tries, () => 1), () => {
      if (!at) rejoin()
    })
    tries += 1
  }
  const isSnapshot = (reply: Said) => {
    if (typeof reply.epoch !== 'string' || !isVersion(reply.version) || !Object.hasOwn(reply, 'state')) return false
    state = share(state, reply.state)
    at = { epoch: reply.epoch, version: reply.version }
    return true
  }
  /** Whether it is the next one and fits, or an old one. */
  const isNext = ({ epoch, version, ops }: Said) => {
    if (!at || epoch !== at.epoch || !isVersion(version) || version > at.version + 1) return false
    if (version <= at.version) return true
    try {
      state = share(state, applyPatch(state, ops))
    } catch {
      return false
    }
    at = { epoch, version }
    return true
  }
  const areNext = ({ epoch, version, patches }: Said) =>
    Array.isArray(patches) && patches.every((each) => isNext({ ...(each as Said), epoch })) && at?.version === version

  const joined = (response: unknown) => {
    const reply: Said = isObject(response) ? response : {}
    if (isSnapshot(reply) || areNext(reply)) {
      is_live = true
      show()
    } else if (at) lose('the join reply')
    else diagnostics.dropped(topic, 'the join reply', 'epoch, version, state: expected a state that the server owns')
  }
  const hear = (wire: unknown) => {
    if (!is_live) return
    if (!isNext(isObject(wire) ? wire : {})) return lose('"patch"')
    tries = 0
    show()
  }
  hub.on('patch', hear)

  if (begin.is_joined) {
    const past: unknown[] = []
    const is_whole = hub.replay((event, payload) => event === 'patch' && past.push(payload))
    joined(begin.response)
    if (is_whole) past.forEach(hear)
    else if (is_live) lose('"patch"')
  } else if (begin.is_seeded && isSnapshot((begin.response ?? {}) as Said)) shown.seed(state)

  return {
    caused: begin.caused,
    subscribe: shown.subscribe,
    getSnapshot: shown.getSnapshot,
    getServerSnapshot: shown.getServerSnapshot,
    optimistic(change) {
      const layer: Layer = { change }
      layers.add(layer)
      show()
      return (version) => {
        if (isVersion(version)) layer.until = version
        else layers.delete(layer)
        show()
      }
    },
    params: () => at && { roost: at },
    joined,
    lost() {
      is_live = false
    },
    reset() {
      is_live = false
      at = state = undefined
      show()
    },
  }
}

const isVersion = (value: unknown): value is number => Number.isSafeInteger(value)
