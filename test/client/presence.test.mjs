// Presence as the official client's Presence class sees it, across shards.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Presence } from 'phoenix'
import { contractServer } from '../../tools/server.mjs'
import { connect, fresh, outcome, until } from './support.mjs'

let server
before(async () => (server = await contractServer({ shards: 4 })))
after(() => server.stop())

/** Joins a presence topic as `user`: {channel, socket, here(): {user: number of metas}}. */
async function present(t, topic, user, payload = {}) {
  const socket = connect(t, server.base, { user })
  const channel = socket.channel(topic, payload)
  const presence = new Presence(channel)
  const [status] = await outcome(channel.join())
  assert.equal(status, 'ok')
  const here = () => Object.fromEntries(presence.list((key, { metas }) => [key, metas.length]).sort())
  const metas = (key) => presence.list((each, value) => (each === key ? value.metas : [])).flat()
  return { channel, socket, presence, here, metas }
}

const sees = (who, expected) =>
  until(() => JSON.stringify(who.here()) === JSON.stringify(expected), `${JSON.stringify(expected)}; it sees ${JSON.stringify(who.here())}`).catch(
    (error) => assert.fail(`${error.message} but ${JSON.stringify(who.here())}`),
  )

test('everybody sees everybody', async (t) => {
  const topic = fresh('presence')
  const users = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay']
  const all = await Promise.all(users.map((user) => present(t, topic, user)))
  for (const each of all) await sees(each, Object.fromEntries(users.map((user) => [user, 1])))
})

test('two connections of a user are one key with two metas', async (t) => {
  const topic = fresh('presence')
  const watcher = await present(t, topic, 'watcher')
  const first = await present(t, topic, 'ada')
  const second = await present(t, topic, 'ada')
  for (const each of [watcher, first, second]) await sees(each, { ada: 2, watcher: 1 })
  assert.notEqual(watcher.metas('ada')[0].phx_ref, watcher.metas('ada')[1].phx_ref)
  await new Promise((done) => second.socket.disconnect(done))
  for (const each of [watcher, first]) await sees(each, { ada: 1, watcher: 1 })
})

test('who closes the connection is gone within a second', async (t) => {
  const topic = fresh('presence')
  const watcher = await present(t, topic, 'watcher')
  const leaver = await present(t, topic, 'leaver')
  await sees(watcher, { leaver: 1, watcher: 1 })
  const left = new Promise((resolve) => watcher.presence.onLeave((key, current) => resolve([key, current.metas.length])))
  const start = Date.now()
  leaver.socket.conn.terminate() // as a browser that is gone: no leave, no close frame
  leaver.socket.disconnect()
  assert.deepEqual(await left, ['leaver', 0])
  assert.ok(Date.now() - start < 1000)
})

test('who leaves the topic is gone, and comes back with the next join', async (t) => {
  const topic = fresh('presence')
  const watcher = await present(t, topic, 'watcher')
  const guest = await present(t, topic, 'guest')
  await sees(watcher, { guest: 1, watcher: 1 })
  await outcome(guest.channel.leave())
  await sees(watcher, { watcher: 1 })
  await present(t, topic, 'guest')
  await sees(watcher, { guest: 1, watcher: 1 })
})

test('an update changes the meta, not the number of people', async (t) => {
  const topic = fresh('presence')
  const watcher = await present(t, topic, 'watcher')
  const typist = await present(t, topic, 'typist', { meta: { typing: false } })
  await sees(watcher, { typist: 1, watcher: 1 })
  assert.deepEqual((await outcome(typist.channel.push('update', { meta: { typing: true } })))[0], 'ok')
  await until(() => watcher.metas('typist')[0]?.typing === true, 'the update')
  await sees(watcher, { typist: 1, watcher: 1 })
  assert.deepEqual((await outcome(typist.channel.push('untrack', {})))[0], 'ok')
  await sees(watcher, { watcher: 1 })
})

test('a channel that crashes takes its presence with it and brings it back', async (t) => {
  const topic = fresh('presence')
  const watcher = await present(t, topic, 'watcher')
  const unlucky = await present(t, topic, 'unlucky')
  await sees(watcher, { unlucky: 1, watcher: 1 })
  const before = watcher.metas('unlucky')[0].phx_ref
  unlucky.channel.push('crash', {})
  await until(() => {
    const metas = watcher.metas('unlucky')
    return metas.length === 1 && metas[0].phx_ref !== before
  }, 'a new presence in place of the old one')
})

test('only roost=1 is told in our way; to anything else the diffs of every client go', async (t) => {
  const topic = fresh('presence')
  const heard = async (params) => {
    const channel = connect(t, server.base, { user: 'watcher', params }).channel(topic, { track: false })
    const events = new Set()
    for (const event of ['presence_diff', 'roost_presence']) channel.on(event, () => events.add(event))
    await outcome(channel.join())
    return events
  }
  const ours = await heard({ roost: 1 })
  const stock = await Promise.all([{}, { roost: 0 }, { roost: 2 }, { roost: '' }, { roost: '01' }, { roost: ['1'] }, { roost: { 1: 1 } }].map(heard))
  await present(t, topic, 'ada')
  await until(() => [ours, ...stock].every((events) => events.size > 0), 'a diff for each')
  assert.deepEqual([...ours], ['roost_presence'])
  for (const events of stock) assert.deepEqual([...events], ['presence_diff'])
})

test('where clients are told of the first keys alone, those are all that the official client sees', async (t) => {
  const topic = fresh('presence:top3')
  const watcher = connect(t, server.base, { user: 'watcher', params: { roost: 1 } }).channel(topic, { track: false })
  const told = []
  watcher.on('roost_presence', (payload) => told.push(payload))
  await outcome(watcher.join())
  const cyd = await present(t, topic, 'cyd')
  for (const user of ['eve', 'dan', 'ada', 'bob']) await present(t, topic, user)
  await sees(cyd, { ada: 1, bob: 1, cyd: 1 })
  await until(() => told.at(-1).keys === 5, 'the count')
  assert.deepEqual(told[0], { state: {}, keys: 0, metas: 0 })
  assert.deepEqual(Object.keys(told.at(-1).joins), ['bob'])
  assert.deepEqual(Object.keys(told.at(-1).leaves), ['dan'])
})

test('where presences are counted, roost=1 is told how many, and all others who', async (t) => {
  const topic = fresh('presence:counted')
  const watcher = connect(t, server.base, { user: 'watcher', params: { roost: 1 } }).channel(topic, { track: false })
  const told = []
  watcher.on('roost_presence', (payload) => told.push(payload))
  await outcome(watcher.join())
  await until(() => told.length === 1, 'the state')
  assert.deepEqual(told[0], { state: {}, keys: 0, metas: 0 })
  const ada = await present(t, topic, 'ada')
  await present(t, topic, 'ada')
  await present(t, topic, 'bob')
  await until(() => JSON.stringify(told.at(-1)) === '{"keys":2,"metas":3}', 'the count')
  await sees(ada, { ada: 2, bob: 1 })
})
