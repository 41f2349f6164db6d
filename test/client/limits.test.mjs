// A client that asks for too much is told so by a name, is counted, and its neighbours notice nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LongPoll } from 'phoenix'
import WebSocket from 'ws'
import { contractServer } from '../../tools/server.mjs'
import { Poll, request } from '../conformance/lib/poll.mjs' // gives the client's long poll its XMLHttpRequest, too
import '../conformance/lib/clients.mjs'
import { OP, frame, rawHttp, upgrade } from '../conformance/lib/wire.mjs'
import { collect, connect, counter, fresh, joined, outcome, until } from './support.mjs'

let server
before(async () => (server = await contractServer({ shards: 2 })))
after(() => server.stop())

const endpoint = () => ({ host: '127.0.0.1', port: server.port })

/** A test in which the counter of `limit` goes up by `hits`, and somebody else's channel lives on. */
function limited(name, limit, hits, run) {
  test(name, { timeout: 60_000 }, async (t) => {
    const neighbour = await joined(connect(t, server.base, { user: 'neighbour' }), fresh())
    let disturbed = 0
    neighbour.onError(() => disturbed++)
    const series = `roost_limit_hits_total{limit="${limit}"}`
    const start = await counter(server.base, series)
    await run(t)
    assert.equal((await counter(server.base, series)) - start, hits)
    assert.deepEqual(await outcome(neighbour.push('echo', { alive: true })), ['ok', { alive: true }])
    assert.equal(disturbed, 0)
  })
}

const publish = (topic, event, payload) => request(endpoint(), 'POST', '/api/broadcast', { body: JSON.stringify({ topic, event, payload }) })

for (const [name, transport] of Object.entries({ websocket: WebSocket, longpoll: LongPoll })) {
  limited(`${name}: joins beyond the rate are refused, and the client's other channels live`, 'joins', 1, async (t) => {
    const socket = connect(t, server.base, { mount: '/socket_rates', transport, rejoinAfterMs: () => 60_000 })
    const first = await joined(socket, fresh())
    await joined(socket, fresh())
    assert.deepEqual(await outcome(socket.channel(fresh()).join()), ['error', { reason: 'too many joins' }])
    assert.deepEqual(await outcome(first.push('echo', { alive: true })), ['ok', { alive: true }])
  })

  limited(`${name}: messages beyond the rate are refused, but heartbeats answered`, 'messages', 3, async (t) => {
    const socket = connect(t, server.base, { mount: '/socket_rates', transport })
    const channel = await joined(socket, fresh()) // the first of ten
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => outcome(channel.push('echo', { n }))))
    assert.deepEqual(answers.slice(0, 9), Array.from({ length: 9 }, (_, n) => ['ok', { n }]))
    assert.deepEqual(answers.slice(9), Array.from({ length: 3 }, () => ['error', { reason: 'too many messages' }]))
    assert.ok(await new Promise((resolve) => socket.ping(() => resolve(true))))
    assert.equal(channel.state, 'joined')
  })

  limited(`${name}: topics beyond the maximum are refused`, 'channels', 1, async (t) => {
    const socket = connect(t, server.base, { mount: '/socket_limited', transport, rejoinAfterMs: () => 60_000 })
    for (let n = 0; n < 3; n++) await joined(socket, fresh())
    assert.deepEqual(await outcome(socket.channel(fresh()).join()), ['error', { reason: 'too many channels joined' }])
  })
}

limited('messages that pile up behind a busy channel end that channel with phx_error', 'inbox', 1, async (t) => {
  const socket = connect(t, server.base, { mount: '/socket_tight', rejoinAfterMs: () => 60_000 })
  const sibling = await joined(socket, fresh())
  const channel = await joined(socket, fresh())
  const error = new Promise((resolve) => channel.onError(resolve))
  channel.push('sleep', { ms: 50_000 })
  for (let n = 0; n < 12; n++) channel.push('echo', { n })
  assert.deepEqual(await error, { reason: 'channel_crash' })
  assert.deepEqual(await outcome(sibling.push('echo', { alive: true })), ['ok', { alive: true }])
})

limited('messages that pile up behind a slow join close the connection with 1008', 'join_queue', 1, async (t) => {
  const { wire } = await upgrade(endpoint(), '/socket_tight/websocket?vsn=2.0.0')
  t.after(() => wire.destroy())
  wire.text(JSON.stringify(['1', '1', fresh(), 'phx_join', { delay: 50_000 }]))
  for (let n = 0; n < 11; n++) wire.text(JSON.stringify([null, `${n}`, 'phoenix', 'heartbeat', {}]))
  assert.equal((await wire.ended()).code, 1008)
})

limited('bytes for a client that never reads close its connection with 1013; the others get all of them', 'outbox', 1, async (t) => {
  const topic = fresh()
  const reader = collect(await joined(connect(t, server.base), topic), 'news')
  const { wire } = await upgrade(endpoint(), '/socket_tight/websocket?vsn=2.0.0')
  t.after(() => wire.destroy())
  wire.text(JSON.stringify(['1', '1', topic, 'phx_join', {}]))
  await wire.next()
  wire.socket.pause()
  // The systems on both sides take some megabytes off the server's hands before it notices.
  const text = 'x'.repeat(500_000)
  let published = 0
  await until(async () => {
    await publish(topic, 'news', { n: published++, text })
    await reader.of(published)
    return (await counter(server.base, 'roost_limit_hits_total{limit="outbox"}')) > 0
  }, 'the limit is reached', 30_000)
  assert.ok(published * text.length < 64_000_000)
  assert.deepEqual(reader.list.map(({ n }) => n), Array.from({ length: published }, (_, n) => n))
  wire.socket.resume()
  assert.equal((await wire.ended(20_000)).code, 1013)
})

limited('messages that no poll takes end a long-poll session', 'longpoll_buffer', 1, async () => {
  const poll = await new Poll(endpoint(), '/socket_tight').open()
  const topic = fresh()
  await poll.send('1', '1', topic, 'phx_join')
  const token = poll.token
  for (let n = 0; n < 3; n++) await publish(topic, 'news', { text: 'x'.repeat(50_000) })
  const { status, token: next } = await poll.get()
  assert.equal(status, 410)
  assert.notEqual(next, token)
})

// RFC 6455 §5.5.3: the latest pong is enough. A flood of pings is no way to make the server's memory grow.
limited('a flood of pings from a client that never reads costs one pong; its connection lives', 'outbox', 0, async (t) => {
  const { wire } = await upgrade(endpoint(), '/socket_tight/websocket?vsn=2.0.0')
  t.after(() => wire.destroy())
  wire.socket.pause()
  const count = 200_000 // 25 MB of pongs: more than the systems on both sides take
  const pings = Buffer.concat(Array.from({ length: 1000 }, (_, n) => frame(OP.ping, `${n}`.padStart(125, '.'))))
  for (let sent = 0; sent < count; sent += 1000) wire.write(pings)
  wire.send(OP.ping, 'the last one')
  await new Promise((resolve) => wire.socket.write('', resolve)) // all of them are with the system
  wire.socket.resume()
  let pongs = 0
  for (;;) {
    const { op, data } = await wire.next(20_000)
    assert.equal(op, OP.pong)
    pongs++
    if (data.toString() === 'the last one') break
  }
  assert.ok(pongs < count)
  wire.text(JSON.stringify([null, '1', 'phoenix', 'heartbeat', {}]))
  assert.equal(JSON.parse((await wire.next()).data)[3], 'phx_reply')
})

limited('pings of a client that reads are answered each, in order', 'outbox', 0, async (t) => {
  const { wire } = await upgrade(endpoint(), '/socket/websocket?vsn=2.0.0')
  t.after(() => wire.destroy())
  for (let n = 0; n < 1000; n++) {
    wire.send(OP.ping, `${n}`)
    assert.equal((await wire.next()).data.toString(), `${n}`)
  }
})

/** A request that is too large in one way, and the status that says so. */
const requests = {
  'a query of more than 1,000,000 bytes gets 414': [414, () => `GET /socket/websocket?vsn=2.0.0&a=${'x'.repeat(1_000_000)} HTTP/1.1\r\nHost: a`],
  'a path that long gets 414': [414, () => `GET /${'x'.repeat(1_100_000)} HTTP/1.1\r\nHost: a`],
  'headers of more than 64 KiB get 431': [431, () => `GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(65_536)}`],
  'more than 128 headers get 431': [431, () => `GET / HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 128 }, (_, n) => `X-${n}: a`).join('\r\n')}`],
  'the announcement of a long-poll body of more than 9,000,000 bytes gets 400': [400, () => 'POST /socket/longpoll?vsn=2.0.0 HTTP/1.1\r\nHost: a\r\nContent-Length: 9000001'],
  'that of another body which nobody reads gets 413': [413, () => 'POST /elsewhere HTTP/1.1\r\nHost: a\r\nContent-Length: 9000001'],
}
for (const [name, [status, head]] of Object.entries(requests)) {
  limited(name, 'request', 1, async () => assert.equal((await rawHttp(endpoint(), head())).status, status))
}

limited('a long-poll body of more than 8,000,000 bytes gets 400', 'request', 1, async () => {
  const poll = await new Poll(endpoint(), '/socket').open()
  assert.equal((await poll.rawPost('x'.repeat(8_500_000))).status, 400)
})
