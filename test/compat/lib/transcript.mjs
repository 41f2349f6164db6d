// What of a transcript must be equal on every transport: for each client and topic, several lanes. Inside a lane the order counts;
// between lanes Phoenix itself has races (PROTOCOL 5.10), and between topics nothing is promised.
//   main         replies, pushes, broadcasts, closes
//   diffs        presence_diff: races with presence_state and with the replies of update and untrack
//   state        presence_state: needs an answer of the tracker, later replies do not wait for it
//   intercepted  go through the channel's queue once more, and so do
//   relayed      the broadcasts of other topics
//   obituary     what channels say that end with their connection: those of one connection, and of several, in any order
//   late         replies that a timer gave
import { MARKER, PROBES } from './script.mjs'

/** [{name: [client, topic, lane] as JSON, messages}, …], ordered. `received`: for each client, what it got. */
export function lanes(script, received) {
  const table = new Map()
  received.forEach((list, client) => {
    const refs = new Refs()
    for (const [at, messages] of steps(list)) {
      const step = script.steps[at]
      const added = new Map()
      for (const message of messages) {
        if (isWord(message) || isOwnEnd(script, client, step, message)) continue
        const name = JSON.stringify(message.gone ? [client, '(connection)', 'main'] : [client, message[2], laneOf(message)])
        added.set(name, [...(added.get(name) ?? []), refs.named(message)])
      }
      for (const [name, more] of added) {
        // Of connections that end at once each does so when it likes.
        if (isEnd(step) && !name.endsWith('"main"]')) more.sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1))
        table.set(name, [...(table.get(name) ?? []), ...more])
      }
    }
  })
  return [...table].map(([name, messages]) => ({ name, messages })).sort((a, b) => (a.name < b.name ? -1 : 1))
}

const isEnd = (step) => step?.kind === 'disconnect' || step?.kind === 'malformed'

/** [step, messages] in order. What reaches a client in the moment of its own end is left out: it sees some of the other ends, or not. */
function steps(list) {
  const parts = [[undefined, []]]
  for (const message of list) {
    if (message.step !== undefined) parts.push([message.step, []])
    else if (message.gone) parts.at(-1)[1] = [message]
    else parts.at(-1)[1].push(message)
  }
  return parts
}

// The words that settle a step come from all clients, in any order, and what the probes say is none of the script's.
const isWord = ({ 2: topic }) => topic === MARKER || PROBES.includes(topic)

// Whether a client sees the presence that it loses by joining again or leaving is a race (PROTOCOL E6).
function isOwnEnd(script, client, step, { 2: topic, 3: event, 4: payload }) {
  if (event !== 'presence_diff' || step?.client !== client || Object.keys(payload.joins).length) return false
  if (!step.batch?.some((message) => message[2] === topic && ['phx_join', 'phx_leave', 'crash'].includes(message[3]))) return false
  const own = script.steps.flatMap((each) => (each.client === client && each.batch) || []).map((message) => message[4]?.meta?.tag)
  return Object.values(payload.leaves).every(({ metas }) => metas.every(({ tag }) => own.includes(tag)))
}

function laneOf([, , , event, payload]) {
  if (event === 'presence_diff') return 'diffs'
  if (event === 'presence_state') return 'state'
  if (['intercepted', 'relayed', 'obituary'].includes(event)) return event
  if (event === 'phx_reply' && payload.response?.late) return 'late'
  return 'main'
}

/** The phx_ref of a meta is random: names it after the meta's tag, and checks that one tag has one ref. */
class Refs {
  constructor() {
    this.tagOf = new Map()
    this.refOf = new Map()
  }

  named(value) {
    if (Array.isArray(value)) return value.map((item) => this.named(item))
    if (value === null || typeof value !== 'object') return value
    const named = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.named(item)]))
    // In the order of the tracker's table: by channel, not by time (PROTOCOL Q8).
    if (Array.isArray(named.metas)) named.metas.sort((a, b) => a.tag - b.tag)
    if (typeof value.phx_ref === 'string') named.phx_ref = this.name(value.phx_ref, value.tag)
    if (typeof value.phx_ref_prev === 'string') named.phx_ref_prev = 'a former one'
    return named
  }

  name(ref, tag) {
    const fits = (this.tagOf.get(ref) ?? tag) === tag && (this.refOf.get(tag) ?? ref) === ref
    this.tagOf.set(ref, tag)
    this.refOf.set(tag, ref)
    return fits ? `ref of ${tag}` : `another ref of ${tag}: ${ref}`
  }
}

/** The first difference as text, or undefined. */
export function difference(one, other) {
  const names = new Set([...one, ...other].map(({ name }) => name))
  const of = (list, name) => list.find((lane) => lane.name === name)?.messages ?? []
  for (const name of names) {
    const [a, b] = [of(one, name), of(other, name)].map((messages) => messages.map(canonical))
    const at = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).find((i) => a[i] !== b[i])
    if (at !== undefined) {
      const part = (list) => list.slice(Math.max(0, at - 2), at + 3).map((line, i) => `    ${i + Math.max(0, at - 2) === at ? '>' : ' '} ${line}`)
      return [`  [client, topic, lane] ${name}, message ${at}:`, ...part(a), '   against', ...part(b)].join('\n')
    }
  }
  return undefined
}

// By value: the order of an object's keys says nothing.
function canonical(value) {
  return JSON.stringify(value, (_, item) =>
    item && typeof item === 'object' && !Array.isArray(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item)
}
