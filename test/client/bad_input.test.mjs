// Bad input gets the documented answer, and a witness on the same shard notices nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { contractServer } from '../../tools/server.mjs'
import { frame, OP, rawHttp, upgrade } from '../conformance/lib/wire.mjs'
import { connect, fresh, joined, outcome } from './support.mjs'

let server
before(async () => (server = await contractServer({ shards: 1 })))
after(() => server.stop())

const endpoint = () => ({ host: '127.0.0.1', port: server.port })

/** An open WebSocket made of bytes. */
async function open(t, mount = '/socket') {
  const { status, wire } = await upgrade(endpoint(), `${mount}/websocket?vsn=2.0.0`)
  assert.equal(status, 101)
  t.after(() => wire.destroy())
  return wire
}

/** As open, and joined to a room. */
async function member(t, mount) {
  const wire = await open(t, mount)
  const topic = fresh()
  wire.text(JSON.stringify(['1', '1', topic, 'phx_join', {}]))
  assert.deepEqual(JSON.parse((await wire.next()).data), ['1', '1', topic, 'phx_reply', { status: 'ok', response: {} }])
  return { wire, topic }
}

/** Somebody who talks all the time; check() asserts that every message was answered in order and without a pause. */
async function witness(t) {
  const socket = connect(t, server.base, { user: 'witness' })
  let disturbed = 0
  socket.onClose(() => disturbed++)
  const channel = await joined(socket, fresh())
  channel.onError(() => disturbed++)
  let said = 0
  let slowest = 0
  let going = true
  const talk = (async () => {
    while (going) {
      const start = Date.now()
      assert.deepEqual(await outcome(channel.push('echo', { said })), ['ok', { said }])
      slowest = Math.max(slowest, Date.now() - start)
      said++
    }
  })()
  return async () => {
    const before = said
    while (said < before + 10) await Promise.race([talk, new Promise((resolve) => setImmediate(resolve))])
    going = false
    await talk
    assert.equal(disturbed, 0, 'the witness was disconnected or its channel crashed')
    assert.ok(slowest < 1000, `the witness waited ${slowest} ms for an answer`)
  }
}

/** A test that misbehaves while a witness talks. */
function witnessed(name, run) {
  test(name, async (t) => {
    const check = await witness(t)
    await run(t)
    await check()
  })
}

/** `send` misbehaves on a connection that has joined a room; it must be closed with `code`. */
function closes(code, name, send, mount) {
  witnessed(`${name} closes with ${code}`, async (t) => {
    const { wire, topic } = await member(t, mount)
    send(wire, topic)
    const end = await wire.ended()
    assert.equal(end.code, code)
    assert.equal(wire.broken, null)
  })
}

closes(1011, 'malformed JSON', (wire) => wire.text('{"not": json'))
closes(1011, 'an empty message', (wire) => wire.text(''))
closes(1011, 'a message of four elements', (wire, topic) => wire.text(JSON.stringify(['1', '2', topic, 'echo'])))
closes(1011, 'a message of no elements', (wire) => wire.text('[]'))
closes(1011, 'an object in place of an array', (wire) => wire.text('{"topic":"room:a","event":"echo","payload":{},"ref":"1"}'))
closes(1011, 'a binary message whose lengths lead beyond it', (wire) => wire.binary(Buffer.from([0, 200, 1, 1, 1, 65])))
closes(1011, 'a binary message of an unknown kind', (wire) => wire.binary(Buffer.from([9, 0, 0, 0, 0])))
closes(1009, 'a frame beyond the limit of its mount', (wire) => wire.text('x'.repeat(1200)), '/socket_short')
closes(1009, 'the header of a frame beyond the default limit', (wire) => wire.write(frame(OP.text, '', { length: 20_000_000 })))
closes(1002, 'an unmasked frame', (wire, topic) => wire.text(JSON.stringify(['1', '2', topic, 'echo', {}]), { mask: false }))
closes(1002, 'a reserved bit', (wire) => wire.text('[]', { rsv: 4 }))
closes(1002, 'an unknown opcode', (wire) => wire.send(3, 'x'))
closes(1002, 'a fragmented ping', (wire) => wire.send(OP.ping, '', { fin: false }))
closes(1002, 'a ping of 126 bytes', (wire) => wire.send(OP.ping, 'x'.repeat(126)))
closes(1002, 'a continuation of nothing', (wire) => wire.send(OP.continuation, 'x'))
closes(1007, 'text that is not UTF-8', (wire, topic) => wire.text(Buffer.from(`["1","2","${topic}","echo",{"a":"\xff\xfe"}]`, 'latin1')))

witnessed('an unknown vsn is refused with 403', async () => {
  const { status, wire } = await upgrade(endpoint(), '/socket/websocket?vsn=9.0.0')
  assert.equal(status, 403)
  assert.equal(wire, null)
})

for (const payload of [[1, 2], 'text', 7, true, null]) {
  witnessed(`a join payload ${JSON.stringify(payload)} counts as {}`, async (t) => {
    const wire = await open(t)
    const topic = fresh()
    wire.text(JSON.stringify(['1', '1', topic, 'phx_join', payload]))
    assert.deepEqual(JSON.parse((await wire.next()).data), ['1', '1', topic, 'phx_reply', { status: 'ok', response: {} }])
  })
}

witnessed('an event of the wrong shape crashes its channel alone', async (t) => {
  const { wire, topic } = await member(t)
  const other = fresh()
  wire.text(JSON.stringify(['2', '2', other, 'phx_join', {}]))
  await wire.next()
  wire.text(JSON.stringify(['1', '3', topic, 'push_me', [1]])) // a push takes an object
  assert.deepEqual(JSON.parse((await wire.next()).data).slice(2, 4), [topic, 'phx_error'])
  wire.text(JSON.stringify(['2', '4', other, 'echo', { alive: true }]))
  assert.deepEqual(JSON.parse((await wire.next()).data), ['2', '4', other, 'phx_reply', { status: 'ok', response: { alive: true } }])
})

witnessed('what is not HTTP is answered with 400', async () => {
  const { status } = await rawHttp(endpoint(), 'this is not HTTP', '')
  assert.equal(status, 400)
})

witnessed('a connection that is cut within a frame leaves nothing behind', async (t) => {
  const { wire } = await member(t)
  wire.write(frame(OP.text, 'x'.repeat(5000)).subarray(0, 100))
  wire.destroy()
})

test('a client without a user agent has none', async (t) => {
  const { wire, topic } = await member(t, '/socket_info')
  wire.text(JSON.stringify(['1', '2', topic, 'info', {}]))
  assert.equal(JSON.parse((await wire.next()).data)[4].response.user_agent, null)
})
