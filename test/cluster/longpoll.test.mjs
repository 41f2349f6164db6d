// A long poll works through any node: its requests find the session, wherever the balancer sends them.
import '../conformance/lib/clients.mjs' // XMLHttpRequest, before phoenix looks for it
import assert from 'node:assert/strict'
import http from 'node:http'
import net from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'
import { LongPoll } from 'phoenix'
import { collect, connect, fresh, joined, outcome, until } from '../client/support.mjs'
import { cluster, metric } from './support.mjs'

/** Sends each request to the next of `nodes` that answers: {base}. */
async function balancer(t, nodes) {
  let turn = 0
  const forward = (request, body, response, tries) => {
    const { port } = nodes[turn++ % nodes.length]
    const to = http.request(
      { host: '127.0.0.1', port, method: request.method, path: request.url, headers: request.headers, agent: false },
      (answer) => (response.writeHead(answer.statusCode, answer.headers), answer.pipe(response)),
    )
    to.on('error', () => (tries > 0 && !response.headersSent ? forward(request, body, response, tries - 1) : response.destroy()))
    response.on('close', () => to.destroy())
    to.end(body)
  }
  const server = http.createServer(async (request, response) => {
    const parts = []
    for await (const part of request) parts.push(part)
    forward(request, Buffer.concat(parts), response, nodes.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => (server.closeAllConnections(), server.close()))
  return { base: `http://127.0.0.1:${server.address().port}` }
}

const relayed = async (nodes) => (await Promise.all(nodes.map((node) => metric(node, 'roost_longpoll_relayed_total')))).reduce((a, b) => a + b)

test('the official client joins, pushes and hears broadcasts through a round robin', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const { base } = await balancer(t, [a, b])
  const topic = fresh()
  const ada = await joined(connect(t, base, { user: 'ada', transport: LongPoll }), topic)
  const bob = await joined(connect(t, a.base, { user: 'bob' }), topic)
  const [atAda, atBob] = [collect(ada, 'new_msg'), collect(bob, 'new_msg')]
  for (let n = 0; n < 100; n++) {
    ada.push('new_msg', { ada: n })
    bob.push('new_msg', { bob: n })
    if (n % 10 === 0) assert.deepEqual(await outcome(ada.push('echo', { n })), ['ok', { n }])
  }
  const ofAda = Array.from({ length: 100 }, (_, n) => ({ ada: n }))
  const ofBob = Array.from({ length: 100 }, (_, n) => ({ bob: n }))
  for (const list of [await atAda.of(200), await atBob.of(200)]) {
    assert.deepEqual(list.filter((each) => 'ada' in each), ofAda)
    assert.deepEqual(list.filter((each) => 'bob' in each), ofBob)
  }
  const big = 'x'.repeat(1000000)
  assert.deepEqual(await outcome(ada.push('echo', { big })), ['ok', { big }])
  assert.ok((await relayed([a, b])) > 10, 'half of the requests came to the other node')
  assert.equal(await metric(a, 'roost_longpoll_uncertain_total'), 0)
  assert.equal(await metric(b, 'roost_longpoll_uncertain_total'), 0)
})

test('bytes that a long poll pushes reach a client of the other node whole', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const { base } = await balancer(t, [a, b])
  const topic = fresh()
  const ada = await joined(connect(t, base, { user: 'ada', transport: LongPoll }), topic)
  const bob = await joined(connect(t, b.base, { user: 'bob' }), topic)
  const atBob = collect(bob, 'binary_shout')
  const bytes = Uint8Array.from({ length: 2000 }, (_, n) => n % 256)
  for (let n = 0; n < 4; n++) ada.push('binary_shout', bytes.buffer)
  assert.deepEqual((await atBob.of(4)).map((each) => new Uint8Array(each)), [bytes, bytes, bytes, bytes])
})

test('a session whose node is killed is gone, and the client is back on another', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const topic = fresh()
  const first = await balancer(t, [b]) // the session begins on b
  const later = await balancer(t, [a])
  const start = await (await fetch(`${first.base}/socket/longpoll?vsn=2.0.0&user_id=ada`)).json()
  assert.equal(start.status, 410)
  const url = `${later.base}/socket/longpoll?vsn=2.0.0&user_id=ada&token=${encodeURIComponent(start.token)}`
  const post = async (...lines) =>
    (await (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: lines.map((line) => JSON.stringify(line)).join('\n') })).json()).status
  assert.equal(await post(['1', '1', topic, 'phx_join', {}]), 200)
  const poll = async () => (await fetch(url)).json()
  const reply = await poll()
  assert.equal(reply.status, 200)
  assert.equal(JSON.parse(reply.messages[0])[3], 'phx_reply')
  const waits = poll()
  await until(async () => (await metric(a, 'roost_longpoll_relayed_total')) >= 3, 'the poll waits at the other node')
  const killed = performance.now()
  await b.stop('SIGKILL')
  const gone = await waits
  t.diagnostic(`gone after ${((performance.now() - killed) / 1000).toFixed(1)} s`)
  assert.equal(gone.status, 410)
  assert.notEqual(gone.token, start.token)
  assert.ok(performance.now() - killed < 9000)
})

test('the official client joins again after its node was killed', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const { base } = await balancer(t, [b, a]) // the first request begins the session on b
  const topic = fresh()
  const socket = connect(t, base, { user: 'ada', transport: LongPoll })
  const ada = await joined(socket, topic)
  await b.stop('SIGKILL')
  const bob = await joined(connect(t, a.base, { user: 'bob' }), topic)
  const atAda = collect(ada, 'new_msg')
  await until(async () => {
    bob.push('new_msg', { again: true })
    await new Promise((resolve) => setTimeout(resolve, 100))
    return atAda.list.length > 0
  }, 'ada hears again', 20000)
})

test('a node that stops says so: the client is elsewhere at once', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const start = await (await fetch(`${b.base}/socket/longpoll?vsn=2.0.0`)).json()
  const url = `${a.base}/socket/longpoll?vsn=2.0.0&token=${encodeURIComponent(start.token)}`
  const waits = fetch(url).then((answer) => answer.json())
  await until(async () => (await metric(a, 'roost_longpoll_relayed_total')) >= 1, 'the poll waits at the other node')
  await b.stop('SIGTERM')
  assert.equal((await waits).status, 204)
  const next = await (await fetch(url)).json()
  assert.equal(next.status, 410)
  assert.notEqual(next.token, start.token)
})

test('a node that stops answers the polls of other nodes at once, and their sessions live on', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const start = await (await fetch(`${b.base}/socket/longpoll?vsn=2.0.0`)).json()
  const path = `/socket/longpoll?vsn=2.0.0&token=${encodeURIComponent(start.token)}`
  const waits = fetch(a.base + path).then((answer) => answer.json())
  await until(async () => (await metric(a, 'roost_longpoll_relayed_total')) >= 1, 'the poll waits at the other node')
  const began = performance.now()
  await a.stop('SIGTERM')
  assert.equal((await waits).status, 204)
  assert.ok(performance.now() - began < 5000, 'and not at the end of its window of 10 s')
  const heartbeat = JSON.stringify([null, '1', 'phoenix', 'heartbeat', {}])
  assert.equal((await (await fetch(b.base + path, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: heartbeat })).json()).status, 200)
  const next = await (await fetch(b.base + path)).json()
  assert.deepEqual([next.status, next.messages.length], [200, 1])
})

test('a client that goes away while it polls through another node loses nothing', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const topic = fresh()
  const start = await (await fetch(`${b.base}/socket/longpoll?vsn=2.0.0`)).json()
  const path = `/socket/longpoll?vsn=2.0.0&token=${encodeURIComponent(start.token)}`
  const join = JSON.stringify(['1', '1', topic, 'phx_join', {}])
  assert.equal((await (await fetch(a.base + path, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: join })).json()).status, 200)
  assert.equal((await (await fetch(a.base + path)).json()).messages.length, 1)
  const bob = await joined(connect(t, b.base, { user: 'bob' }), topic)
  let sent = 0
  const seen = []
  for (let round = 0; round < 5; round++) {
    const before = await metric(a, 'roost_longpoll_relayed_total')
    const socket = net.connect(a.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    await until(async () => (await metric(a, 'roost_longpoll_relayed_total')) > before, 'it polls')
    socket.destroy()
    await outcome(bob.push('echo', {}))
    bob.push('new_msg', { n: sent++ })
    while (seen.length < sent) {
      const { status, messages } = await (await fetch(a.base + path)).json()
      assert.ok(status === 200 || status === 204, `${status}`)
      for (const each of messages) if (JSON.parse(each)[3] === 'new_msg') seen.push(JSON.parse(each)[4].n)
      if (seen.length > sent) break
    }
  }
  assert.deepEqual(seen, [0, 1, 2, 3, 4])
})
