// What a connection does while one of its joins waits (PROTOCOL R3): it does nothing else, and nothing ends the join.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { contractServer } from '../../tools/server.mjs'
import { frame, OP, upgrade } from '../conformance/lib/wire.mjs'
import { connect, collect, fresh, joined } from './support.mjs'

let server
before(async () => (server = await contractServer({ shards: 1 })))
after(() => server.stop())

async function open(t, mount = '/socket') {
  const { status, wire } = await upgrade({ host: '127.0.0.1', port: server.port }, `${mount}/websocket?vsn=2.0.0`)
  assert.equal(status, 101)
  t.after(() => wire.destroy())
  return wire
}

const join = (topic, payload) => JSON.stringify(['1', '1', topic, 'phx_join', payload])
const answer = (topic) => ['1', '1', topic, 'phx_reply', { status: 'ok', response: {} }]
const read = async (wire) => JSON.parse((await wire.next()).data)

test('W3: the idle timeout does not run meanwhile', async (t) => {
  const wire = await open(t, '/socket_short')
  const topic = fresh()
  wire.text(join(topic, { delay: 1900 }))
  assert.deepEqual(await read(wire), answer(topic))
  wire.text(JSON.stringify([null, '2', 'phoenix', 'heartbeat', {}]))
  assert.equal((await read(wire))[1], '2')
  assert.equal((await wire.ended()).code, 1002) // of silence, when it is over
})

const ends = {
  'W5: a close behind it is answered behind its reply, and the channel ends as others do': [frame(OP.close, Buffer.from([0x03, 0xe8])), 1000],
  'a broken frame behind it closes behind its reply': [frame(3), 1002],
}
for (const [name, [bytes, code]] of Object.entries(ends)) {
  test(name, async (t) => {
    const topic = fresh()
    const obituaries = fresh()
    const told = collect(await joined(connect(t, server.base), obituaries), 'obituary')
    const wire = await open(t)
    wire.socket.write(Buffer.concat([frame(OP.text, join(topic, { delay: 200, obituary: obituaries })), bytes, frame(OP.text, 'nonsense')]))
    assert.deepEqual(await read(wire), answer(topic))
    assert.equal((await wire.ended()).code, code)
    await told.of(1)
  })
}

test('what other channels say follows its reply', async (t) => {
  const wire = await open(t)
  const [quick, slow] = [fresh(), fresh()]
  wire.text(JSON.stringify(['0', '0', quick, 'phx_join', {}]))
  await read(wire)
  wire.text(JSON.stringify(['0', '3', quick, 'later', { ms: 20 }]))
  wire.text(join(slow, { delay: 300 }))
  assert.deepEqual(await read(wire), answer(slow))
  assert.equal((await read(wire))[1], '3')
})

test('C: a client without a user agent has none', async (t) => {
  const wire = await open(t, '/socket_info')
  const topic = fresh()
  wire.text(join(topic, {}))
  await read(wire)
  wire.text(JSON.stringify(['1', '2', topic, 'info', {}]))
  assert.equal((await read(wire))[4].response.user_agent, null)
})
