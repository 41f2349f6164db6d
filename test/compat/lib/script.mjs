// Random scripts of client actions for the contract app. A script is plain data: {vsn, users, steps}, and the same for every
// transport. Topics and users carry the mark @, which a run replaces by its own id.
import { random } from './random.mjs'

const MALFORMED = ['[', '{}', '[1,2,3]', '"text"', '["1","1","room:@a"]', '["1","2","room:@a","echo",{}] x', 'null', '']
const VALUES = [{}, { n: 1 }, { text: 'wörld ✓ \u2028 \u0000"\\' }, { deep: [[[{ a: null }]]] }, { big: 2 ** 53 - 1, small: -1.5e-7 }, { '': '' }]
const ANY = [...VALUES, null, true, 7, 'text', [], [1, 'two', { three: 3 }]]
const STATUSES = ['ok', 'error', 'other', '']
const BUSY = ['list', 'get', 'sleep']
const PUBLISH = ['new_msg', 'shout_others', 'binary_shout', 'intercept_me', 'order']
const publishes = ([, , , event, payload]) => PUBLISH.includes(event) || payload?.announce === true
const ENDS = ['phx_join', 'phx_leave', 'crash', 'exit', 'stop', 'stop_reply', 'no_such_event', 'phx_reply']
const REASONS = ['normal', 'shutdown', 'shutdown_tuple', 'oops']

export const ROOMS = ['room:@a', 'room:@b']
export const PRESENCES = ['presence:@p', 'presence:fetch@q']
export const MARKER = 'room:@marker'
/**
 * Topics whose presences have their homes on every shard of a server with up to four: by the last bits of a hash (FNV-1a) that are a
 * permutation of those of the last letter.
 */
export const PROBES = [0, 1, 2, 3].map((n) => `presence:@probe${n}`)
const OTHERS = ['exact', 'match:first', 'match:@x', 'food@', 'room:crash@', 'nope:@', 'phoenix', '']

export function makeScript(seed) {
  const r = random(seed)
  const vsn = seed % 2 ? '2.0.0' : '1.0.0'
  const clients = 2 + r.below(2)
  // Two clients may be one user: then a disconnect meets both, and a presence has two metas.
  const users = Array.from({ length: clients }, (_, i) => `@u${r.chance(0.3) ? 0 : i}`)
  const writer = new Writer(r, vsn === '1.0.0', clients)
  const steps = Array.from({ length: 12 + r.below(14) }, () => writer.step())
  return { seed, vsn, users, steps }
}

class Writer {
  constructor(r, v1, clients) {
    Object.assign(this, { r, v1, clients })
    this.count = 0
    this.tags = 0
    this.joinRefs = Array.from({ length: clients }, () => ({}))
  }

  step() {
    const { r } = this
    const client = r.below(this.clients)
    const kind = r.weighted([[90, 'send'], [3, 'disconnect'], [3, 'malformed'], [4, 'publish']])
    if (kind === 'disconnect') return { kind, client }
    if (kind === 'malformed') return { kind, client, text: r.pick(MALFORMED) }
    if (kind === 'publish') return { kind, topic: r.pick([...ROOMS, ...PRESENCES]), event: r.pick(['new_msg', 'intercepted', 'phx_close', 'phx_reply']), payload: r.pick(VALUES) }
    return { kind, client, batch: this.batch(client, r.weighted([[5, 1], [3, 2], [2, 4], [1, 7]])) }
  }

  /**
   * Messages that are sent at once. Behind one that keeps its channel busy comes none for that channel: it may be lost (PROTOCOL D4).
   * Nor does a channel end in the step that changed a presence or published something: what takes the way through a channel's
   * queue (intercepted, relayed) its client may or may not see then, and the diff of a presence (PROTOCOL 5.10, E6).
   */
  batch(client, actions) {
    const batch = []
    const busy = new Set()
    const changed = new Set()
    for (let left = actions; left > 0; left--) {
      const messages = this.action(client)
      const [, , topic, event] = messages[0]
      if (busy.has(topic) || (changed.has(topic) && ENDS.includes(event))) continue
      batch.push(...messages)
      if (PRESENCES.includes(topic)) changed.add(topic)
      if (messages.some(publishes)) ROOMS.forEach((room) => changed.add(room))
      if (messages.some((message) => BUSY.includes(message[3]))) busy.add(topic)
    }
    return batch
  }

  ref() {
    return this.r.weighted([[20, `${++this.count}`], [1, null], [1, ++this.count]])
  }

  /** The join_ref that the client has for the topic; sometimes none, sometimes a wrong one. */
  joinRef(client, topic) {
    const current = this.joinRefs[client][topic] ?? null
    return this.r.weighted([[18, current], [2, null], [1, 'stale'], [0.5, 1]])
  }

  action(client) {
    const { r } = this
    const topic = r.weighted([[9, r.pick(ROOMS)], [6, r.pick(PRESENCES)], [2, r.pick(OTHERS)]])
    const joined = this.joinRefs[client][topic] !== undefined
    const kind = r.weighted(joined ? [[16, 'event'], [1, 'join'], [1.5, 'leave'], [1, 'heartbeat']] : [[10, 'join'], [2, 'event'], [1, 'leave'], [1, 'heartbeat']])
    if (kind === 'join') return [this.join(client, topic)]
    if (kind === 'heartbeat') return [[r.pick([null, '1']), this.ref(), 'phoenix', 'heartbeat', r.pick(ANY)]]
    const message = (event, payload = {}) => this.text([this.joinRef(client, topic), this.ref(), topic, event, payload])
    if (kind === 'leave') {
      const leave = message('phx_leave')
      delete this.joinRefs[client][topic]
      return [leave]
    }
    const made = topic.startsWith('presence:') ? this.presenceEvent() : this.roomEvent(ROOMS.find((room) => room !== topic))
    return made.map(([event, payload]) => message(event, payload))
  }

  /** The refs of a binary frame are text. */
  text([joinRef, ref, topic, event, payload]) {
    const refs = [joinRef, ref].map((value) => (Buffer.isBuffer(payload) && value !== null ? `${value}` : value))
    return [...refs, topic, event, payload]
  }

  join(client, topic) {
    const { r } = this
    const ref = this.ref()
    const joinRef = r.weighted([[12, ref], [1, null], [1, `${++this.count}`]])
    this.joinRefs[client][topic] = joinRef
    const meta = this.meta()
    const payload = topic.startsWith('presence:')
      ? r.pick([{ meta }, { meta }, { meta, key: 'shared' }, { track: false }])
      : r.weighted([[6, {}], [1, { deny: true }], [1, { deny_with: r.pick(ANY) }], [2, { reply: r.pick(ANY) }], [1, { announce: true }], [1, { delay: 1 }], [1, r.pick(ANY)], [1, { obituary: MARKER.replace('marker', 'b') }]])
    return [joinRef, ref, topic, 'phx_join', payload]
  }

  /** A meta that no other operation has, so that its phx_ref can be told from others. */
  meta() {
    return { tag: ++this.tags }
  }

  /** `other`: the topic that it may subscribe to. To its own would make it crash, and lose what waits for it. */
  roomEvent(other) {
    const { r } = this
    return r.weighted([
      [8, [['echo', r.pick(ANY)]]],
      [3, [['echo_error', r.pick(ANY)]]],
      [1, [['bare_error', {}]]],
      [2, [['status', { status: r.pick(STATUSES), response: r.pick(ANY) }]]],
      [4, [['push_me', r.pick(VALUES)]]],
      [0.3, [['push_me', r.pick(ANY)]]],
      [2, [['push_event', { event: r.pick(['hello', 'phx_close', '']), payload: r.pick(VALUES) }]]],
      [8, [['new_msg', r.pick(VALUES)]]],
      [0.3, [['new_msg', r.pick(ANY)]]],
      [3, [['shout_others', r.pick(VALUES)]]],
      [3, [['order', {}]]],
      [1, [['silent', {}]]],
      [2, [['later', { ms: 1, times: 1 + r.below(2) }], ['sleep', { ms: 4 }]]],
      [1, [['spawn_later', { ms: 1 }], ['sleep', { ms: 4 }]]],
      [3, [['assign', { k: 'k', v: r.pick(ANY) }]]],
      [3, [['get', { k: 'k' }]]],
      [2, [['whoami', {}]]],
      [2, [['intercept_me', r.pick(VALUES)]]],
      [1, [['subscribe_to', { topic: other }]]],
      [1, [['unsubscribe_from', { topic: other }]]],
      [1, [['crash', {}]]],
      [0.5, [['exit', { reason: 'normal' }]]],
      [1, [['stop', { reason: r.pick(REASONS) }]]],
      [1, [['stop_reply', { reason: r.pick(REASONS) }]]],
      [0.5, [['no_such_event', {}]]],
      [0.5, [['phx_reply', {}]]],
      ...(this.v1 ? [] : [
        [2, [['to_json', Buffer.from([0, 255, r.below(256)])]]],
        [1, [['binary_echo', Buffer.from('plain text')]]],
        [1, [['binary_shout', Buffer.from('shouted')]]],
      ]),
    ])
  }

  presenceEvent() {
    const { r } = this
    const key = r.pick([{}, {}, { key: 'shared' }])
    return r.weighted([
      [4, [['track', { ...key, meta: this.meta() }]]],
      [6, [['update', { ...key, meta: this.meta() }]]],
      [2, [['merge', { ...key, meta: this.meta() }]]],
      [3, [['untrack', key]]],
      [4, [['list', {}]]],
      [3, [['get', key]]],
      [0.5, [['crash', {}]]],
    ])
  }
}
