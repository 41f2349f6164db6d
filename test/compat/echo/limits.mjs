// Large messages, many fragments, many round trips: group 9 of the Autobahn fuzzing client.
import assert from 'node:assert/strict'
import { EchoClient, OP, binary, close, echoCase, echoed, fragments, text, word } from './client.mjs'

const KIB = 1024
const MIB = 1024 * KIB
const CLOSED = ['close:1000', 'end']

/** `long`: with everything of the fuzzing client, in its numbers. */
export function casesOf(long) {
  const cases = []
  const sizes = [64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB]
  for (const size of sizes) cases.push(...whole(size))
  const pieces = long ? [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB] : [64, 4 * KIB, 256 * KIB, MIB]
  for (const piece of pieces) cases.push(...inPieces(4 * MIB, piece))
  for (const chop of long ? [64, 128, 256, 512, KIB, 2 * KIB] : [256, 2 * KIB]) cases.push(...chopped(MIB, chop))
  for (const size of [0, 16, 64, 256, KIB, 4 * KIB]) cases.push(...roundTrips(size, long ? 1000 : 100))
  cases.push(echoCase('9 limits', '70,000 fragments of one byte', () => [fragments(OP.text, '*'.repeat(70000), 1)], echoed(word('text', '*'.repeat(70000)))))
  cases.push(echoCase('9 limits', '16 MiB in fragments of 64 KiB', () => [fragments(OP.binary, Buffer.alloc(16 * MIB, 1), 64 * KIB)], echoed(word('binary', Buffer.alloc(16 * MIB, 1)))))
  return cases
}

const payload = (size) => Buffer.alloc(size, 'BAsd7&jh23')

function whole(size) {
  const title = `${size / KIB} KiB`
  return [
    echoCase('9 limits', `text of ${title}`, () => [text(payload(size))], echoed(word('text', payload(size)))),
    echoCase('9 limits', `binary of ${title}`, () => [binary(payload(size))], echoed(word('binary', payload(size)))),
  ]
}

function inPieces(size, piece) {
  return [OP.text, OP.binary].map((op) => {
    const kind = op === OP.text ? 'text' : 'binary'
    return echoCase('9 limits', `${kind} of ${size / MIB} MiB in fragments of ${piece} bytes`, () => [fragments(op, payload(size), piece)], echoed(word(kind, payload(size))))
  })
}

function chopped(size, chop) {
  return [
    echoCase('9 limits', `text of ${size / MIB} MiB in chops of ${chop} bytes`, () => [text(payload(size))], echoed(word('text', payload(size))), { chop }),
    echoCase('9 limits', `binary of ${size / MIB} MiB in chops of ${chop} bytes`, () => [binary(payload(size))], echoed(word('binary', payload(size))), { chop }),
  ]
}

function roundTrips(size, count) {
  return [['text', text], ['binary', binary]].map(([kind, make]) => ({
    group: '9 limits',
    title: `${count} round trips of ${kind} of ${size} bytes`,
    async run(server) {
      const client = await EchoClient.open(server)
      for (let i = 0; i < count; i++) {
        client.wire.write(make(payload(size)))
        assert.equal(await client.next(), word(kind, payload(size)))
      }
      client.wire.closeSent = true
      client.wire.write(close())
      assert.deepEqual(await client.rest(), CLOSED)
      return 'OK'
    },
  }))
}
