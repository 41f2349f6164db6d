// Random scripts: whatever clients do, the official client's Presence ends with what the server lists.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Presence } from 'phoenix'
import { contractServer } from '../../tools/server.mjs'
import { connect, fresh, outcome, until } from './support.mjs'

/** Numbers from 0 to n - 1, the same for the same seed (mulberry32). */
function random(seed) {
  return (n) => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

const keys = ['ada', 'bob', '__proto__', '', 'ключ', 'k'.repeat(300)]

/** What a client of ours is told, in the words of the official one: an update is a join, and a leave of what it replaces. */
function asDiff({ updates = {}, joins = {}, leaves = {} }) {
  const left = (refs) => ({ metas: refs.map((phx_ref) => ({ phx_ref })) })
  const diff = { joins: {}, leaves: {} }
  const put = (side, key, { metas, ...fields }) => {
    const before = Object.hasOwn(side, key) ? side[key].metas : []
    Object.defineProperty(side, key, { value: { ...fields, metas: [...before, ...metas] }, enumerable: true, configurable: true, writable: true })
  }
  for (const key of Object.keys(updates)) {
    put(diff.joins, key, updates[key])
    put(diff.leaves, key, left(updates[key].metas.map((meta) => meta.phx_ref_prev)))
  }
  for (const key of Object.keys(joins)) put(diff.joins, key, joins[key])
  for (const key of Object.keys(leaves)) put(diff.leaves, key, left(leaves[key]))
  return diff
}

/** A client that comes, goes, tracks, updates, untracks, has the application track, crashes and loses its connection. */
class Client {
  constructor(t, base, topic, user, ours = false) {
    Object.assign(this, { t, base, topic, user, ours })
  }

  // Each time by a socket of its own: a Presence that hears late diffs of the channel before it has ghosts, also with Phoenix.
  async join(track) {
    this.socket = connect(this.t, this.base, { user: this.user, params: this.ours ? { roost: 1 } : {} })
    this.channel = this.socket.channel(this.topic, { track })
    this.presence = new Presence(this.channel)
    const say = (changes) => (changes.state ? this.channel.trigger('presence_state', changes.state) : this.channel.trigger('presence_diff', asDiff(changes)))
    if (this.ours) this.channel.on('roost_presence', say)
    await outcome(this.channel.join())
  }

  async leave() {
    this.channel.leave()
    this.channel = undefined
    await new Promise((done) => this.socket.disconnect(done))
  }

  step(dice, key) {
    if (!this.channel) return this.join(dice % 2 === 0)
    if (dice < 3) return this.leave()
    if (dice < 7) return outcome(this.channel.push('track', { key, meta: { dice } }))
    if (dice > 16) return outcome(this.channel.push(dice < 20 ? 'hold' : 'release', { key, meta: { dice } }))
    if (dice < 11) return outcome(this.channel.push('update', { key, meta: { dice, more: true } }))
    if (dice < 14) return outcome(this.channel.push('untrack', { key }))
    // What ends a channel waits for the state: Presence keeps the diffs of a join that had none, and has ghosts after the next one.
    // Nor is it said while the socket is away: it would be sent right behind the next join.
    const settled = this.socket.isConnected() && this.channel.state === 'joined' && !this.presence.inPendingSyncState()
    if (dice < 15 || !settled) return outcome(this.channel.push('list', {}))
    if (dice < 16) return this.socket.conn?.close() // and it comes back by itself
    return this.channel.push('crash', {}) && undefined
  }

  /** {key: [refs]}, as its Presence has it. */
  sees() {
    return this.presence.list((key, { metas }) => [key, metas.map((meta) => meta.phx_ref).sort()]).sort()
  }
}

const entries = (state) =>
  Object.keys(state)
    .map((key) => [key, state[key].metas.map((meta) => meta.phx_ref).sort()])
    .sort()

const firstOf = (all, top) => (top ? [...all].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))).slice(0, top).sort() : all)

/**
 * Every other script where the server's fetch takes a while, or fails.
 * `top`: how many keys clients are told of, the first in the order of their bytes.
 */
async function play(t, base, seed, { top } = {}) {
  const roll = random(seed)
  const topic = fresh(`presence:${top ? `top${top}` : seed % 2 ? 'script' : 'slow'}-${seed}`)
  const watcher = new Client(t, base, topic, 'watcher')
  await watcher.join(false)
  const list = () => outcome(watcher.channel.push('list', {}))
  const clients = Array.from({ length: 5 }, (_, i) => new Client(t, base, topic, `user-${i}`, i % 2 === 0))
  for (let step = 0; step < 120; step++) {
    const done = clients[roll(clients.length)].step(roll(22), keys[roll(keys.length)])
    const patience = roll(6)
    if (patience === 0) await Promise.race([done, list().then(list).then(list)])
    if (patience === 1) await list()
  }
  for (const client of clients) if (!client.channel) await client.join(true)
  const all = [watcher, ...clients]
  let seen
  await until(async () => {
    const [status, state] = await list()
    seen = [firstOf(entries(state), top), ...all.map((client) => client.sees())]
    return status === 'ok' && seen.every((each) => JSON.stringify(each) === JSON.stringify(seen[0]))
  }, `seed ${seed}: all agree`).catch((error) => assert.fail(`${error.message}\n${seen.map((each) => JSON.stringify(each)).join('\n')}`))
  for (const [key, refs] of seen[0]) assert.equal(new Set(refs).size, refs.length, `seed ${seed}: a ref twice at ${key}`)
  await Promise.all(all.map((client) => new Promise((done) => client.socket.disconnect(done))))
}

for (const frames of [10, 100, 2, 0]) {
  // Most of each is waiting: all of these at once.
  describe(`at most ${frames} frames a second`, { concurrency: true }, () => {
    let server
    before(async () => {
      server = await contractServer({ shards: 4, args: ['--presence-diff-frames-per-second', `${frames}`] })
    })
    after(() => server.stop())
    const first = Number(process.env.ROOST_SEED ?? 1)
    const count = Number(process.env.ROOST_SCRIPTS ?? 6)
    for (let seed = first; seed < first + count; seed++)
      test(`script ${seed}: official clients and the server agree`, (t) => play(t, server.base, seed))
    for (let seed = first; seed < first + count / 2; seed++)
      test(`script ${seed}: clients that are told of three keys agree with the server`, (t) => play(t, server.base, seed, { top: 3 }))
  })
}
