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

for (const delay of [1300, 1900]) {
  test(`W3: the idle timeout does not run meanwhile: ${delay} of 1,500 ms`, async (t) => {
    const wire = await open(t, '/socket_short')
    const topic = fresh()
    wire.text(join(topic, { delay }))
    assert.deepEqual(await read(wire), answer(topic))
    const answered = Date.now()
    assert.equal((await wire.ended()).code, 1002)
    assert.ok(Date.now() - answered > 1400, 'it begins anew with the answer')
  })
}

test('who has said goodbye is not waited for longer than for one that is silent', async (t) => {
  const wire = await open(t, '/socket_short')
  wire.text(join(fresh(), { delay: 6000 }))
  wire.close(1000)
  assert.deepEqual(await wire.ended(4000), { code: 1000, reason: '', frames: [], closeFrame: true })
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

/** The refs of all that comes before the end, and the code of that. */
async function story(wire) {
  const { code, frames } = await wire.ended()
  return [...frames.map(({ data }) => JSON.parse(data)[1]), code]
}

// Behind a slow join are others that are answered at once, and slow ones, and then the client says goodbye.
const goodbye = frame(OP.close, Buffer.from([0x03, 0xe8]))
const text = (...message) => frame(OP.text, JSON.stringify(message))
const slow = (ref) => text(ref, ref, fresh(), 'phx_join', { delay: 100 })
const quick = (ref, payload = {}) => text(ref, ref, fresh(), 'phx_join', payload)
const heartbeat = (ref) => text(null, ref, 'phoenix', 'heartbeat', {})
const unsayable = () => text({}, {}, fresh(), 'phx_join', { reply_base64: 'AQ==' })
const stories = {
  'a join, a heartbeat': [() => [slow('1'), quick('2'), heartbeat('3'), goodbye], ['1', '2', '3', 1000]],
  'a join that is refused, a heartbeat': [() => [slow('1'), quick('2', { deny: true }), heartbeat('3'), goodbye], ['1', '2', '3', 1000]],
  'a join, a slow one, a heartbeat': [() => [slow('1'), quick('2'), slow('3'), heartbeat('4'), goodbye], ['1', '2', '3', '4', 1000]],
  'a join, nonsense': [() => [slow('1'), quick('2'), frame(OP.text, 'nonsense'), heartbeat('4'), goodbye], ['1', '2', 1011]],
  'a join that cannot be answered, a heartbeat': [() => [slow('1'), unsayable(), heartbeat('3'), goodbye], ['1', 1011]],
}
for (const [name, after] of Object.entries({ goodbye, 'a broken frame': frame(3) })) {
  test(`X1: a reply that cannot be encoded closes with 1011, also before ${name}`, async (t) => {
    const wire = await open(t)
    wire.write(Buffer.concat([unsayable(), after]))
    assert.deepEqual(await story(wire), [1011])
  })
}
for (const [name, [frames, told]] of Object.entries(stories)) {
  test(`a slow join, ${name}, goodbye: each has its answer`, async (t) => {
    const wire = await open(t)
    wire.write(Buffer.concat(frames()))
    assert.deepEqual(await story(wire), told)
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
