// Clients that others wrote work with the server as it is: connect, join, push, broadcast, presence, and back again after an end.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { contractServer } from '../../../tools/server.mjs'
import { stopTimers } from '../../client/timers.mjs'
import { until } from '../../client/until.mjs'
import { report } from '../lib/report.mjs'
import { drivers } from './drivers.mjs'

let server
before(async () => (server = await contractServer({ shards: 2 })))
after(() => server.stop().finally(stopTimers))

const results = []
after(() => report('third-party', { clients: results }))

let count = 0
const fresh = (kind) => `${kind}:third-${process.pid}-${++count}`

async function post(path, body) {
  const answer = await fetch(server.base + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  assert.equal(answer.status, 200)
}

/** The event under which a broadcast reaches this client's `on`. */
const publish = (driver, topic, event, payload) =>
  post('/api/broadcast', driver.supabase ? { topic, event: 'broadcast', payload: { type: 'broadcast', event, payload } } : { topic, event, payload })

const behaviours = {
  async 'connects, joins, pushes and gets replies'(driver, open) {
    const [status, channel] = await open().join(fresh('room'), { reply: { hello: 'wörld' } })
    assert.equal(status, 'ok')
    if (!driver.supabase) assert.deepEqual(channel.response, { hello: 'wörld' })
    assert.deepEqual(await channel.push('echo', { n: 1 }), ['ok', { n: 1 }])
    assert.deepEqual(await channel.push('echo_error', { n: 2 }), ['error', { n: 2 }])
    const many = await Promise.all(Array.from({ length: 50 }, (_, n) => channel.push('echo', { n })))
    assert.deepEqual(many, Array.from({ length: 50 }, (_, n) => ['ok', { n }]))
  },

  async 'is told of a refused join'(driver, open) {
    assert.equal((await open().join(driver.supabase ? 'nobody:home' : fresh('room'), { deny: true }))[0], 'error')
  },

  async 'hears broadcasts'(driver, open) {
    const topic = fresh('room')
    const [, one] = await open().join(topic)
    const [, two] = await open().join(topic)
    const heard = []
    for (const channel of [one, two]) channel.on('news', (payload) => heard.push(payload))
    await publish(driver, topic, 'news', { n: 1 })
    await until(() => heard.length === 2, 'the broadcast reaches both')
    assert.deepEqual(heard, [{ n: 1 }, { n: 1 }])
  },

  async 'sees who is there'(driver, open) {
    const topic = fresh('presence')
    const first = open()
    const [, one] = await first.join(topic)
    const second = open()
    const [, two] = await second.join(topic)
    for (const channel of [one, two]) await until(() => channel.presences().length === 2, 'both are there')
    await second.disconnect()
    await until(() => one.presences().length === 1, 'one has left')
  },

  async 'comes back after a disconnect, and joins again'(driver, open) {
    const client = open()
    const [, channel] = await client.join(fresh('room'))
    await channel.push('assign', { k: 'a', v: 1 })
    await post('/api/disconnect', { id: `users_socket:${client.user}` })
    // A new channel knows nothing of what the old one kept.
    await until(async () => {
      const answer = await Promise.race([channel.push('get', { k: 'a' }), new Promise((resolve) => setTimeout(resolve, 300, []))]).catch(() => [])
      return answer[0] === 'ok' && answer[1].value === null
    }, 'the new connection has the channel')
  },

  async 'joins again after a crash of its channel'(driver, open) {
    const [, channel] = await open().join(fresh('room'))
    await channel.push('assign', { k: 'a', v: 1 })
    channel.push('crash', {}).catch(() => {})
    await until(async () => {
      const answer = await Promise.race([channel.push('get', { k: 'a' }), new Promise((resolve) => setTimeout(resolve, 300, []))]).catch(() => [])
      return answer[0] === 'ok' && answer[1].value === null
    }, 'the new channel')
  },

  async 'stays connected by its heartbeats'(driver, open) {
    const client = open(40)
    const [, channel] = await client.join(fresh('room'))
    const before = client.transport()
    assert.deepEqual(await channel.push('sleep', { ms: 300 }), ['ok', {}]) // some seven heartbeats; one without an answer would end it
    assert.ok(before && client.transport() === before)
  },
}

// They mostly wait, so that many go at once.
describe('every client, on every transport that it has', { concurrency: 4 }, () => {
  for (const driver of drivers) {
    test(`${driver.name} ${driver.transport}`, { concurrency: true }, (t) =>
      Promise.all(Object.entries(behaviours).map(([title, run]) => t.test(title, { timeout: 15000 }, (t) => behave(t, driver, title, run)))))
  }
})

async function behave(t, driver, title, run) {
  const result = { client: driver.name, vsn: driver.vsn, transport: driver.transport, behaviour: title, ok: false }
  results.push(result)
  const open = (heartbeatMs = 10000) => {
    const user = `third-${process.pid}-${++count}`
    const client = driver.connect(server.base, user, heartbeatMs)
    t.after(() => client.disconnect())
    return { user, ...client }
  }
  await run(driver, open)
  result.ok = true
}
