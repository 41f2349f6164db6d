// How a server that is asked to stop sends its clients away: 1012 to all of them, in batches. restart.test.mjs has the rest.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import WebSocket from 'ws'
import { contractServer, get } from '../../tools/server.mjs'
import { collect, connect, fresh, joined, until } from './support.mjs'

const NEVER = '60s' // longer than a test: the next batch does not come

/** A server of one shard, which alone takes whole batches, and `count` plain WebSockets to it, with the codes that they were closed with. */
async function crowd(t, count, ...args) {
  const server = await contractServer({ args })
  t.after(() => server.stop('SIGKILL'))
  const codes = []
  const sockets = await Promise.all(Array.from({ length: count }, async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket/websocket?vsn=2.0.0`)
    socket.on('close', (code) => codes.push(code))
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return socket
  }))
  return { server, sockets, codes }
}

const open = (sockets) => sockets.filter(({ readyState }) => readyState === WebSocket.OPEN)
const signal = (server, name) => server.process.kill(name)

/** The status of an attempt to connect. */
function attempt(server) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket/websocket?vsn=2.0.0`)
    socket.once('open', () => (socket.terminate(), resolve(101)))
    socket.once('unexpected-response', (request, response) => resolve(response.statusCode)).once('error', reject)
  })
}

/** Asks on every socket that is still open and waits for all of the answers. */
const askAll = (sockets) => Promise.all(open(sockets).map((socket) => new Promise((resolve) => {
  socket.once('message', resolve)
  socket.send(JSON.stringify([null, '1', 'phoenix', 'heartbeat', {}]))
})))

test('all batches are sent away with 1012, no sooner than their intervals say, and the server ends with status 0', async (t) => {
  const { server, codes } = await crowd(t, 10, '--drain-batch-size', '4', '--drain-batch-interval', '100ms')
  const start = performance.now()
  assert.deepEqual(await server.stop('SIGTERM'), { code: 0, signal: null })
  assert.ok(performance.now() - start >= 200, 'two intervals lie between three batches')
  await until(() => codes.length === 10, 'every client is told')
  assert.deepEqual(codes, Array(10).fill(1012))
})

test('until their batch has its turn the others are served, and new ones let in', async (t) => {
  const { server, sockets, codes } = await crowd(t, 10, '--drain-batch-size', '4', '--drain-batch-interval', NEVER)
  signal(server, 'SIGTERM')
  await until(() => codes.length === 4, 'the first batch')
  assert.equal((await askAll(sockets)).length, 6)
  assert.equal(await attempt(server), 101)
  assert.deepEqual(codes, Array(4).fill(1012))
})

test('a server that refuses new ones meanwhile answers 503 on both transports', async (t) => {
  const { server, sockets, codes } = await crowd(t, 3, '--drain-batch-size', '1', '--drain-batch-interval', NEVER, '--drain-refuse-new')
  signal(server, 'SIGTERM')
  await until(() => codes.length === 1, 'the first batch')
  assert.equal(await attempt(server), 503)
  assert.equal((await get(server.base, '/socket/longpoll?vsn=2.0.0')).status, 503)
  assert.equal((await askAll(sockets)).length, 2)
})

test('a second signal ends it at once', async (t) => {
  const { server, codes } = await crowd(t, 6, '--drain-batch-size', '2', '--drain-batch-interval', NEVER)
  signal(server, 'SIGTERM')
  await until(() => codes.length === 2, 'the first batch')
  assert.equal((await server.stop('SIGTERM')).code, 130)
  await until(() => codes.length === 6, 'the connections are gone')
  assert.deepEqual(codes, [1012, 1012, 1006, 1006, 1006, 1006])
})

test('an official client that is sent away comes back while the others still talk', async (t) => {
  const { server, codes } = await crowd(t, 0, '--drain-batch-size', '1', '--drain-batch-interval', NEVER)
  const topic = fresh()
  const members = []
  for (const user of ['ada', 'bob']) {
    const socket = connect(t, server.base, { user })
    socket.onClose(({ code }) => codes.push(code))
    members.push(await joined(socket, topic))
  }
  signal(server, 'SIGTERM')
  await until(() => codes.length === 1 && members.every(({ state }) => state === 'joined'), 'one is sent away and has joined again')
  const heard = members.map((member) => collect(member, 'new_msg'))
  members[0].push('new_msg', { hello: 'again' })
  for (const each of heard) assert.deepEqual(await each.of(1), [{ hello: 'again' }])
  assert.deepEqual(codes, [1012])
})
