// The official phoenix client, as applications use it, against the contract server with two shards.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { contractServer } from '../../tools/server.mjs'
import { collect, connect, fresh, joined, outcome, until } from './support.mjs'

let server
before(async () => (server = await contractServer({ shards: 2 })))
after(() => server.stop())

test('a join is answered with the response of the handler', async (t) => {
  const socket = connect(t, server.base)
  const channel = socket.channel(fresh(), { reply: { hello: ['wörld', 1.5, null] } })
  assert.deepEqual(await outcome(channel.join()), ['ok', { hello: ['wörld', 1.5, null] }])
  assert.equal(channel.state, 'joined')
})

test('a refused join gives its reason', async (t) => {
  const socket = connect(t, server.base)
  assert.deepEqual(await outcome(socket.channel(fresh(), { deny: true }).join()), ['error', { reason: 'unauthorized' }])
})

test('a topic without a channel is refused as unmatched', async (t) => {
  const socket = connect(t, server.base)
  assert.deepEqual(await outcome(socket.channel('nobody:home').join()), ['error', { reason: 'unmatched topic' }])
})

test('a push is answered with ok or error', async (t) => {
  const channel = await joined(connect(t, server.base), fresh())
  assert.deepEqual(await outcome(channel.push('echo', { n: 1 })), ['ok', { n: 1 }])
  assert.deepEqual(await outcome(channel.push('echo_error', { n: 2 })), ['error', { n: 2 }])
})

test('many pushes at once are answered each with its own reply', async (t) => {
  const channel = await joined(connect(t, server.base), fresh())
  const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => outcome(channel.push('echo', { n }))))
  assert.deepEqual(answers, Array.from({ length: 200 }, (_, n) => ['ok', { n }]))
})

test('a broadcast reaches every member once, on every shard', async (t) => {
  const topic = fresh()
  const members = await Promise.all(Array.from({ length: 16 }, () => joined(connect(t, server.base), topic)))
  const received = members.map((member) => collect(member, 'new_msg'))
  for (let n = 0; n < 20; n++) members[n % 16].push('new_msg', { n })
  for (const each of received) await each.of(20)
  await Promise.all(members.map((member) => outcome(member.push('echo', {})))) // what was still under way would be here now
  for (const { list } of received) assert.deepEqual(list.map(({ n }) => n).sort((a, b) => a - b), Array.from({ length: 20 }, (_, n) => n))
})

test('one sender keeps its order for every receiver', async (t) => {
  const topic = fresh()
  const [sender, ...others] = await Promise.all(Array.from({ length: 8 }, () => joined(connect(t, server.base), topic)))
  const received = others.map((other) => collect(other, 'new_msg'))
  for (let n = 0; n < 200; n++) sender.push('new_msg', { n })
  for (const each of received) assert.deepEqual((await each.of(200)).map(({ n }) => n), Array.from({ length: 200 }, (_, n) => n))
})

test('a broadcast to the others leaves out the sender', async (t) => {
  const topic = fresh()
  const sender = await joined(connect(t, server.base), topic)
  const other = await joined(connect(t, server.base), topic)
  const own = collect(sender, 'shout_others')
  const theirs = collect(other, 'shout_others')
  await outcome(sender.push('shout_others', { hey: 1 }))
  assert.deepEqual(await theirs.of(1), [{ hey: 1 }])
  assert.deepEqual(own.list, [])
})

test('members of one topic do not hear another one', async (t) => {
  const socket = connect(t, server.base)
  const here = await joined(socket, fresh())
  const there = await joined(socket, fresh())
  const heard = collect(there, 'new_msg')
  here.push('new_msg', {})
  await outcome(here.push('echo', {}))
  await outcome(there.push('echo', {}))
  assert.deepEqual(heard.list, [])
})

test('pushes, broadcasts and the reply of one handler keep their order', async (t) => {
  const channel = await joined(connect(t, server.base), fresh())
  const seen = []
  channel.on('pushed', ({ n }) => seen.push(n))
  channel.on('new_msg', ({ n }) => seen.push(n))
  channel.on('intercepted', ({ n }) => seen.push(n))
  assert.deepEqual(await outcome(channel.push('order', {})), ['ok', { n: 5 }])
  await until(() => seen.length === 4, 'all four messages')
  assert.deepEqual(seen.filter((n) => n === 1 || n === 4), [1, 4])
  assert.deepEqual(seen.filter((n) => n === 2 || n === 3), [2, 3])
})

test('bytes come back as bytes', async (t) => {
  const channel = await joined(connect(t, server.base), fresh())
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i & 255)
  const [status, response] = await outcome(channel.push('binary_echo', bytes.buffer))
  assert.equal(status, 'ok')
  assert.deepEqual(new Uint8Array(response), bytes)
})

test('who leaves is told so and hears nothing more', async (t) => {
  const topic = fresh()
  const leaver = await joined(connect(t, server.base), topic)
  const other = await joined(connect(t, server.base), topic)
  const heard = collect(leaver, 'new_msg')
  let closed = false
  leaver.onClose(() => (closed = true))
  assert.equal((await outcome(leaver.leave()))[0], 'ok')
  assert.ok(closed)
  await outcome(other.push('echo', {}))
  other.push('new_msg', {})
  await outcome(other.push('echo', {}))
  assert.deepEqual(heard.list, [])
})

test('heartbeats are answered, so the connection stays', async (t) => {
  const socket = connect(t, server.base, { heartbeatIntervalMs: 30 })
  let beats = 0
  let closes = 0
  socket.onMessage(({ topic, event }) => void (topic === 'phoenix' && event === 'phx_reply' && beats++))
  socket.onClose(() => closes++)
  await until(() => beats >= 5, 'five answered heartbeats')
  assert.equal(closes, 0)
})

test('a channel that crashes is joined again, and its siblings live', async (t) => {
  const socket = connect(t, server.base)
  const sibling = await joined(socket, fresh())
  const channel = await joined(socket, fresh())
  let errors = 0
  channel.onError(() => errors++)
  await outcome(sibling.push('assign', { k: 'a', v: 1 }))
  channel.push('crash', {})
  await until(() => errors === 1 && channel.state === 'joined', 'the rejoin')
  assert.deepEqual(await outcome(channel.push('echo', { back: true })), ['ok', { back: true }])
  assert.deepEqual(await outcome(sibling.push('get', { k: 'a' })), ['ok', { value: 1 }])
})

test('params of a rejoin are asked for again', async (t) => {
  let attempt = 0
  const channel = await joined(connect(t, server.base), fresh(), () => ({ reply: { attempt: ++attempt } }))
  const replies = []
  channel.joinPush.receive('ok', (response) => replies.push(response.attempt))
  channel.push('crash', {})
  await until(() => replies.at(-1) === 2, 'the second attempt')
})

test('the second join of a topic on one socket replaces the first', async (t) => {
  const socket = connect(t, server.base)
  const topic = fresh()
  const first = await joined(socket, topic)
  let closed = false
  first.onClose(() => (closed = true))
  const second = await joined(socket, topic)
  await until(() => closed, 'the end of the first channel')
  const heard = collect(second, 'new_msg')
  assert.deepEqual(await outcome(second.push('echo', { n: 2 })), ['ok', { n: 2 }])
  second.push('new_msg', { n: 3 })
  assert.deepEqual(await heard.of(1), [{ n: 3 }])
})

test('a refused connection does not open', async (t) => {
  const socket = connect(t, server.base, { params: { token: 'deny' } })
  const error = await new Promise((resolve, reject) => {
    socket.onError(resolve)
    socket.onOpen(() => reject(new Error('opened')))
  })
  assert.match(String(error.message), /403/)
})
