import { isObject } from '../core/is-object.js'

interface Op {
  readonly op: 'add' | 'remove' | 'replace'
  readonly path: string
  readonly value?: unknown
}
interface Patch {
  readonly epoch: string
  readonly version: number
  readonly ops: readonly Op[]
}
interface Agent {
  readonly epoch: string
  version: number
  state: unknown
  patches: Patch[]
}

/** 16: how many patches a test's server remembers for who comes back. */
const patches_max = 16

/** The state that the server owns, by topic, as a live document (docs/wire.md). */
export class TestAgents {
  readonly #agents = new Map<string, Agent>()
  #epochs = 0

  /** What a join is answered with; undefined: there is no state on this topic. */
  reply(topic: string, params: unknown): object | undefined {
    const agent = this.#agents.get(topic)
    if (!agent) return undefined
    const { epoch, version, state, patches } = agent
    const { roost } = params as { roost?: { epoch?: unknown; version?: unknown } }
    const missed = patches.filter((patch) => patch.version > Number(roost?.version))
    const is_known = roost?.epoch === epoch && missed.length === version - Number(roost.version)
    return is_known ? { epoch, version, patches: missed } : { epoch, version, state }
  }

  get(topic: string): { readonly version: number; readonly state: unknown } | undefined {
    return this.#agents.get(topic)
  }

  /** Gives the patch; undefined: this is a new state, with a history of its own. */
  set(topic: string, state: unknown): Patch | undefined {
    const agent = this.#agents.get(topic)
    const after: unknown = JSON.parse(JSON.stringify(state))
    if (!agent) {
      this.#epochs += 1
      this.#agents.set(topic, { epoch: `epoch${this.#epochs}`, version: 0, state: after, patches: [] })
      return undefined
    }
    agent.version += 1
    const patch = { epoch: agent.epoch, version: agent.version, ops: diff('', agent.state, after) }
    agent.state = after
    agent.patches = [...agent.patches, patch].slice(-patches_max)
    return patch
  }

  /** As after a restart of the server that kept its state: nobody can go on from what they have. */
  forgetPatches(): void {
    for (const [topic, { state }] of [...this.#agents]) {
      this.#agents.delete(topic)
      this.set(topic, state)
    }
  }
}

/** A list that changed is replaced as a whole: short to write, and right. */
function diff(path: string, before: unknown, after: unknown): Op[] {
  if (!isObject(before) || !isObject(after)) return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ op: 'replace', path, value: after }]
  const at = (key: string) => `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key))
  return [
    ...gone.map((key): Op => ({ op: 'remove', path: at(key) })),
    ...Object.entries(after).flatMap(([key, value]): Op[] =>
      Object.hasOwn(before, key) ? diff(at(key), before[key], value) : [{ op: 'add', path: at(key), value }],
    ),
  ]
}
