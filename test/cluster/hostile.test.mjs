// What strangers and too large messages do to a cluster: nothing that its clients see.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort } from '../../tools/server.mjs'
import { collect, connect, fresh, joined, until } from '../client/support.mjs'
import { Nats, cluster, met, metric, post, present, startNode } from './support.mjs'

/** A client of NATS that says what it likes: publish(subject, bytes), and what it `heard` on all subjects of nodes. */
async function stranger(t, port) {
  const socket = net.connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write('CONNECT {"verbose":false,"echo":false}\r\nSUB roost.> 1\r\nPING\r\n')
  const heard = []
  let rest = Buffer.alloc(0)
  let pongs = 0
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes])
    for (;;) {
      const end = rest.indexOf('\r\n')
      if (end < 0) return
      const [word, subject, ...numbers] = rest.subarray(0, end).toString().split(' ')
      const size = word === 'MSG' ? Number(numbers.at(-1)) + 2 : 0
      if (rest.length < end + 2 + size) return
      if (word === 'MSG') heard.push([subject, Buffer.from(rest.subarray(end + 2, end + size))])
      if (word === 'PONG') pongs++
      if (word === 'PING') socket.write('PONG\r\n')
      rest = rest.subarray(end + 2 + size)
    }
  })
  const publish = (subject, bytes) => socket.write(Buffer.concat([Buffer.from(`PUB ${subject} ${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]))
  /** Until NATS has passed on what was published. */
  const settled = async () => {
    const wanted = pongs + 1
    socket.write('PING\r\n')
    await until(() => pongs >= wanted, 'NATS answers')
  }
  await until(() => pongs === 1, 'NATS answers')
  return { publish, heard, settled }
}

/** Numbers below `end`, the same in each run. */
function random(seed) {
  let state = seed
  return (end) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * end)
  }
}

test('what a stranger says on the subjects of nodes harms no node', async (t) => {
  const { nats, a, b } = await cluster(t, ['a', 'b'])
  const foe = await stranger(t, nats.port)
  const [topic, room] = [fresh(), fresh('presence')]
  const [ada, bob] = [await joined(connect(t, a.base, { user: 'ada' }), topic), await joined(connect(t, b.base, { user: 'bob' }), topic)]
  for (const node of [a, b]) await joined(connect(t, node.base), room)
  ada.push('new_msg', { real: 'frames' })
  await collect(bob, 'new_msg').of(1)
  await until(() => foe.heard.length >= 5, 'the stranger has frames to change')

  const below = random(6)
  const real = foe.heard.slice()
  const subjects = ['roost.hello', 'roost.s.presence', 'roost.s.longpoll', 'roost.n.a', 'roost.n.b', ...real.map(([subject]) => subject)]
  for (let n = 0; n < 5000; n++) {
    let bytes = Buffer.from(below(5) ? real[below(real.length)][1] : Array.from({ length: below(60) }, () => below(256)))
    for (let changes = below(4); changes > 0 && bytes.length > 0; changes--) bytes[below(bytes.length)] = below(256)
    if (below(3) === 0) bytes = bytes.subarray(0, below(bytes.length + 1))
    // Not broadcasts: their payloads cross unparsed, and who may publish them may say anything to clients.
    if (bytes[0] !== 1 || bytes[1] !== 1) foe.publish(subjects[below(subjects.length)], bytes)
  }
  const fragment = (number, total, offset, piece) => Buffer.from([1, 3, 0, 0, 0, 0, 0, 0, 0, number, number, ...total, ...offset, ...Buffer.from(piece)])
  const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f] // 2^63 - 1 bytes are to come
  for (let n = 0; n < 100; n++) foe.publish('roost.hello', fragment(n, n % 2 ? huge : [100], [0], 'a piece'))
  foe.publish('roost.hello', Buffer.alloc(1000000, 1))
  await foe.settled()

  for (const node of [a, b]) assert.ok((await metric(node, 'roost_broker_refused_total')) > 100)
  const heard = collect(await joined(connect(t, b.base), topic), 'new_msg')
  for (let n = 0; n < 50; n++) await post(a, '/api/broadcast', { topic, event: 'new_msg', payload: { n } })
  await until(() => heard.list.filter((each) => 'n' in each).length >= 50, 'all broadcasts arrive')
  assert.deepEqual(heard.list.filter((each) => 'n' in each), Array.from({ length: 50 }, (_, n) => ({ n })))
  const eve = await present(t, a, room, 'eve')
  await until(() => eve.here().includes('eve:1'), 'who comes is there')
})

test('messages larger than NATS takes cross in pieces, also when it takes next to nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'roost-nats-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'nats.conf'), 'max_payload: 2048')
  for (const args of [[], ['-c', join(folder, 'nats.conf')]]) {
    const nats = await new Nats(await freePort(), args).start()
    t.after(() => nats.stop())
    const [a, b] = await Promise.all(['a', 'b'].map((name) => startNode(t, nats, name)))
    await Promise.all([met(a, 1), met(b, 1)])
    const topic = fresh()
    const heard = collect(await joined(connect(t, b.base), topic), 'new_msg')
    for (const size of [1000, 2048, 100000, 1048576, 5000000]) await post(a, '/api/broadcast', { topic, event: 'new_msg', payload: { text: 'x'.repeat(size) } })
    assert.deepEqual((await heard.of(5)).map(({ text }) => text.length), [1000, 2048, 100000, 1048576, 5000000])
    assert.equal(await metric(a, 'roost_broker_dropped_total'), 0)
    assert.equal(await metric(b, 'roost_broker_refused_total'), 0)
  }
})
