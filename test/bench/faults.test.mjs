// `roost bench` against servers that deliver wrongly: it must notice, and say what.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bench, fakeServer } from './support.mjs'

/** Fan-out to three over a server that delivers like that. By rate: a window that lacks something never ends. */
async function fanout(deliver, ...options) {
  const server = await fakeServer(deliver)
  try {
    return await bench('fanout', server.url, '-c', 3, '-r', 200, '--patience', 1, ...options)
  } finally {
    await server.stop()
  }
}

test('a server that is right is found right', async () => {
  const { code, report } = await fanout(undefined)
  assert.equal(code, 0)
  assert.ok(report.good)
})

test('a message that is left out is missing', async () => {
  const { code, report } = await fanout((send, message, count) => count !== 5 && send(message))
  assert.equal(code, 1)
  assert.deepEqual(report.faults, { missing: 3, duplicates: 0, out_of_order: 0, garbled: 0 })
  assert.match(report.trouble, /never came/)
})

test('a message that comes twice is a duplicate', async () => {
  const { code, report } = await fanout((send, message, count) => {
    send(message)
    if (count === 5) send(message)
  })
  assert.equal(code, 1)
  assert.deepEqual(report.faults, { missing: 0, duplicates: 3, out_of_order: 0, garbled: 0 })
})

test('messages that change places are out of order', async () => {
  const held = new Map()
  const { code, report } = await fanout((send, message, count, who) => {
    if (count === 5) return held.set(who, message)
    send(message)
    if (count === 6) send(held.get(who))
  })
  assert.equal(code, 1)
  assert.deepEqual(report.faults, { missing: 0, duplicates: 0, out_of_order: 3, garbled: 0 })
})

test('a payload that was changed is garbled', async () => {
  const { code, report } = await fanout((send, message, count) => {
    const [, , topic, event, payload] = message
    send(count === 5 ? [null, null, topic, event, { ...payload, p: payload.p.replace('x', 'y') }] : message)
  })
  assert.equal(code, 1)
  assert.equal(report.faults.garbled, 3)
})

test('another spelling of the same JSON is right', async () => {
  const { code } = await fanout((send, [, , topic, event, { n, p }]) => send([null, null, topic, event, { p, n }]))
  assert.equal(code, 0)
})

test('a connection that ends is lost', async () => {
  const { code, report } = await fanout((send, message, count, socket) => (count === 5 ? socket.close(1011, 'tired') : send(message)))
  assert.equal(code, 1)
  assert.ok(report.lost_connections >= 1)
  assert.match(report.trouble, /closed by the server: 1011 tired/)
})

test('a refused join, and a server that is not there, end the run before it begins', async () => {
  const server = await fakeServer(undefined, 'error')
  const refused = await bench('echo', server.url, '-c', 2)
  await server.stop()
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /the join was refused: \{"reason":"full"\}/)
  const nobody = await bench('echo', server.url, '-c', 2)
  assert.equal(nobody.code, 2)
  assert.match(nobody.stderr, /connect: Connection refused/)
})
