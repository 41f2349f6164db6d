// Two nodes are one server: what is said and who is there on one is known on the other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collect, connect, fresh, joined, until } from '../client/support.mjs'
import { cluster, degraded, met, metric, post, present, sees } from './support.mjs'

test('a broadcast reaches the clients of every node once, in order', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const topic = fresh()
  const ada = await joined(connect(t, a.base, { user: 'ada' }), topic)
  const bob = await joined(connect(t, b.base, { user: 'bob' }), topic)
  const [atAda, atBob] = [collect(ada, 'new_msg'), collect(bob, 'new_msg')]
  const sent = Array.from({ length: 200 }, (_, n) => ({ n, text: 'Grüße 🐦' }))
  for (const message of sent) ada.push('new_msg', message)
  assert.deepEqual(await atBob.of(200), sent)
  assert.deepEqual(await atAda.of(200), sent)
  await post(b, '/api/broadcast', { topic, event: 'new_msg', payload: { last: true } })
  assert.deepEqual((await atAda.of(201)).at(-1), { last: true })
  assert.deepEqual((await atBob.of(201)).length, 201)
})

test('a node is not sent what nobody there has joined', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const topic = fresh()
  const ada = await joined(connect(t, a.base, { user: 'ada' }), topic)
  const heard = collect(ada, 'new_msg')
  const before = await metric(b, 'roost_broker_received_bytes_total')
  for (let n = 0; n < 100; n++) ada.push('new_msg', { text: 'x'.repeat(1000) })
  await heard.of(100)
  const bob = await joined(connect(t, b.base, { user: 'bob' }), topic)
  const atBob = collect(bob, 'new_msg')
  ada.push('new_msg', { n: 'now' })
  assert.deepEqual(await atBob.of(1), [{ n: 'now' }])
  assert.ok((await metric(b, 'roost_broker_received_bytes_total')) - before < 20000, 'the hundred have not come')
})

test('who joins on one node is seen on the other within 100 ms, and so is who leaves', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const topic = fresh('presence')
  const ada = await present(t, a, topic, 'ada')
  await sees(ada, 'ada:1')
  const times = []
  for (let i = 0; i < 10; i++) {
    const seen = new Promise((resolve) => ada.presence.onJoin((key) => key === 'bob' && resolve(performance.now())))
    const bob = await present(t, b, topic, 'bob')
    const start = performance.now() // its join was answered
    times.push((await seen) - start)
    await sees(bob, 'ada:1 bob:1')
    bob.channel.leave()
    await sees(ada, 'ada:1', 1000)
  }
  times.sort((x, y) => x - y)
  t.diagnostic(`join on b to diff on a, ms: median ${times[5].toFixed(1)}, most ${times[9].toFixed(1)}`)
  assert.ok(times[5] < 100, `${times}`)
})

test('one who is there on two nodes is one key with two metas', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const topic = fresh('presence')
  const phone = await present(t, a, topic, 'ada')
  const laptop = await present(t, b, topic, 'ada')
  await Promise.all([sees(phone, 'ada:2'), sees(laptop, 'ada:2')])
  laptop.socket.disconnect()
  await sees(phone, 'ada:1')
  assert.deepEqual(phone.left, [])
})

test('what the application tracks is seen on the other node, changes there and leaves', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const topic = fresh('presence')
  const ada = await present(t, a, topic, 'ada')
  const bob = await present(t, b, topic, 'bob')
  ada.channel.push('hold', { key: 'device', meta: { battery: 80 } })
  await sees(bob, 'ada:1 bob:1 device:1')
  ada.channel.push('hold', { key: 'device', meta: { battery: 79 } })
  await until(() => bob.presence.state.device?.metas[0].battery === 79, 'the change is seen')
  ada.channel.push('release', { key: 'device' })
  await sees(bob, 'ada:1 bob:1')
  assert.deepEqual(bob.left, ['device'])
})

test('a forced disconnect finds the user on every node', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const sockets = [connect(t, a.base, { user: 'ada' }), connect(t, b.base, { user: 'ada' }), connect(t, b.base, { user: 'bob' })]
  const codes = sockets.map((socket) => {
    const list = []
    socket.onClose((event) => list.push(event.code))
    return list
  })
  await Promise.all(sockets.map((socket) => joined(socket, fresh())))
  await post(a, '/api/disconnect', { id: 'users_socket:ada' })
  await until(() => codes[0].length && codes[1].length, 'both of ada are sent away')
  assert.deepEqual(codes, [[1001], [1001], []])
})

test('SIGTERM: its people are gone at once, and nobody else', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const topic = fresh('presence')
  const ada = await present(t, a, topic, 'ada')
  const bob = await present(t, b, topic, 'bob')
  await Promise.all([sees(ada, 'ada:1 bob:1'), sees(bob, 'ada:1 bob:1')])
  const start = performance.now()
  assert.deepEqual(await b.stop('SIGTERM'), { code: 0, signal: null })
  await sees(ada, 'ada:1', 2000)
  t.diagnostic(`gone after ${(performance.now() - start).toFixed(0)} ms`)
  assert.deepEqual(ada.left, ['bob'])
  await met(a, 0)
})

test('a broker that goes away leaves each node working, and says so; all heals when it comes back', async (t) => {
  const { nats, a, b } = await cluster(t, ['a', 'b'])
  const topic = fresh('presence')
  const room = fresh()
  const ada = await present(t, a, topic, 'ada')
  const bob = await present(t, b, topic, 'bob')
  const [adaTalk, bobTalk] = [await joined(ada.socket, room), await joined(bob.socket, room)]
  await Promise.all([sees(ada, 'ada:1 bob:1'), sees(bob, 'ada:1 bob:1')])
  assert.equal(await degraded(a), false)

  await nats.stop()
  await until(() => degraded(a), 'a says that it is degraded')
  await until(() => degraded(b), 'b says that it is degraded')
  const cyd = await present(t, a, topic, 'cyd')
  await sees(cyd, 'ada:1 bob:1 cyd:1')
  await sees(ada, 'ada:1 bob:1 cyd:1')
  const heard = collect(adaTalk, 'new_msg')
  adaTalk.push('new_msg', { local: true })
  assert.deepEqual(await heard.of(1), [{ local: true }])

  await nats.start()
  await sees(bob, 'ada:1 bob:1 cyd:1')
  assert.equal(await degraded(a), false)
  assert.equal(await metric(a, 'roost_broker_disconnects_total'), 1)
  const atBob = collect(bobTalk, 'new_msg')
  adaTalk.push('new_msg', { after: true })
  assert.deepEqual((await atBob.of(1)).at(-1), { after: true })
  assert.deepEqual([ada.left, bob.left], [[], []])
})
