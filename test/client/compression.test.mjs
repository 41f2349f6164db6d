// permessage-deflate between a server and clients that agree on it, some of them in other ways, some not at all.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import WebSocket from 'ws'
import { contractServer } from '../../tools/server.mjs'
import { request } from '../conformance/lib/poll.mjs'
import { upgrade } from '../conformance/lib/wire.mjs'
import { counter, fresh } from './support.mjs'

let server // of one shard: "once for all" is once for each shard
before(async () => (server = await contractServer({ shards: 1 })))
after(() => server.stop())

const RSV1 = 4
const payload = { text: 'the quick brown fox '.repeat(250), grüße: ['ö', 1.5, null] }

const compressions = () => counter(server.base, 'roost_compressions_total')
const publish = (topic) => request({ host: '127.0.0.1', port: server.port }, 'POST', '/api/broadcast', { body: JSON.stringify({ topic, event: 'news', payload }) })

/** A WebSocket of npm's ws that has joined the topic; `news` is its next message. */
async function member(t, topic, { vsn = '2.0.0', ...options } = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket_compress/websocket?vsn=${vsn}`, options)
  t.after(() => socket.terminate())
  const next = () => new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(data))))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const answer = next()
  socket.send(JSON.stringify(vsn === '2.0.0' ? ['1', '1', topic, 'phx_join', {}] : { topic, event: 'phx_join', payload: {}, ref: '1' }))
  await answer
  return { socket, news: next() }
}

const inV2 = (topic) => [null, null, topic, 'news', payload]
const inV1 = (topic) => ({ topic, event: 'news', payload, ref: null })

test('a broadcast to many clients is compressed once, and each inflates the same message', async (t) => {
  const topic = fresh()
  const members = await Promise.all(Array.from({ length: 8 }, () => member(t, topic)))
  for (const { socket } of members) assert.match(socket.extensions, /permessage-deflate/)
  const before = await compressions()
  await publish(topic)
  for (const { news } of members) assert.deepEqual(await news, inV2(topic))
  assert.equal((await compressions()) - before, 1)
})

test('once for each form: versions and windows differ, and who did not agree gets it plain', async (t) => {
  const topic = fresh()
  const plain = { perMessageDeflate: false }
  const small = { perMessageDeflate: { serverMaxWindowBits: 10 } }
  const members = []
  for (const options of [{}, {}, plain, small, small]) members.push(await member(t, topic, options))
  const old = [await member(t, topic, { vsn: '1.0.0' }), await member(t, topic, { vsn: '1.0.0', ...plain })]
  assert.equal(members[2].socket.extensions, '')
  const before = await compressions()
  await publish(topic)
  for (const { news } of members) assert.deepEqual(await news, inV2(topic))
  for (const { news } of old) assert.deepEqual(await news, inV1(topic))
  assert.equal((await compressions()) - before, 3) // V2, V2 with a window of 1 KiB, V1
})

test('the bytes are those of RFC 7692, the same for all who share them', async (t) => {
  const topic = fresh()
  const wires = []
  for (let n = 0; n < 3; n++) {
    const { wire } = await upgrade({ host: '127.0.0.1', port: server.port }, '/socket_compress/websocket?vsn=2.0.0', { extensions: 'permessage-deflate' })
    t.after(() => wire.destroy())
    wire.text(JSON.stringify(['1', '1', topic, 'phx_join', {}]))
    await wire.next()
    wires.push(wire)
  }
  await publish(topic)
  const frames = await Promise.all(wires.map((wire) => wire.next()))
  for (const { data, rsv } of frames) {
    assert.equal(rsv, RSV1)
    assert.deepEqual(data, frames[0].data)
  }
  const tail = Buffer.from([0, 0, 0xff, 0xff])
  const text = inflateRawSync(Buffer.concat([frames[0].data, tail]), { finishFlush: 2 }).toString()
  assert.deepEqual(JSON.parse(text), inV2(topic))
  assert.ok(frames[0].data.length * 10 < text.length)
})

test('what is too short to gain by it goes out as it is', async (t) => {
  const before = await compressions()
  const { wire } = await upgrade({ host: '127.0.0.1', port: server.port }, '/socket_compress/websocket?vsn=2.0.0', { extensions: 'permessage-deflate' })
  t.after(() => wire.destroy())
  wire.text(JSON.stringify([null, '2', 'phoenix', 'heartbeat', {}]))
  const { data, rsv } = await wire.next()
  assert.equal(rsv, 0)
  assert.deepEqual(JSON.parse(data), [null, '2', 'phoenix', 'phx_reply', { status: 'ok', response: {} }])
  assert.equal((await compressions()) - before, 0)
})
