// What the echo cases are made of: frames in any pieces to the server, and what came back as a list of short words:
// "text:abc", "binary:00ff", "ping:", "pong:abc", "close:1000", "close" (without a code), and "end" at the end of the connection.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { OP, frame, upgrade } from '../../conformance/lib/wire.mjs'

export { OP, frame }

const SHOWN_BYTES = 200 // longer payloads are told by their size and hash
const PATIENCE_MS = 30000

export const text = (data, options) => frame(OP.text, data, options)
export const binary = (data, options) => frame(OP.binary, data, options)
export const more = (data, options) => frame(OP.continuation, data, options)
export const ping = (data = '', options) => frame(OP.ping, data, options)
export const pong = (data = '', options) => frame(OP.pong, data, options)
export const part = { fin: false }

/** A close frame with a code and the bytes of a reason. */
export function close(code = 1000, reason = '', options) {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(code)
  return frame(OP.close, Buffer.concat([head, Buffer.from(reason)]), options)
}

/** One message in frames of `size` bytes; as one buffer, since there may be very many. */
export function fragments(op, data, size) {
  const bytes = Buffer.from(data)
  const frames = []
  for (let at = 0; at === 0 || at < bytes.length; at += size) {
    frames.push(frame(at ? OP.continuation : op, bytes.subarray(at, at + size), { fin: at + size >= bytes.length }))
  }
  return Buffer.concat(frames)
}

/** How a payload is written in the list. */
export function word(kind, data) {
  const bytes = Buffer.from(data)
  if (bytes.length > SHOWN_BYTES) return `${kind}:${bytes.length} bytes ${createHash('sha1').update(bytes).digest('hex')}`
  return `${kind}:${kind === 'binary' ? bytes.toString('hex') : bytes.toString()}`
}

/** A connection to the echo, with the messages put together. */
export class EchoClient {
  static async open(server, extensions) {
    const answer = await upgrade(server, '/echo/websocket', { extensions, ms: PATIENCE_MS })
    assert.equal(answer.status, 101, `upgrade: HTTP ${answer.status}`)
    return new EchoClient(answer)
  }

  constructor({ wire, headers }) {
    this.wire = wire
    this.extensions = headers['sec-websocket-extensions']
  }

  /** Writes the bytes in pieces of `chop` bytes, each in a packet of its own as far as the system allows. */
  async write(bytes, chop) {
    if (!chop) return void this.wire.write(bytes)
    for (let at = 0; at < bytes.length; at += chop) {
      this.wire.write(bytes.subarray(at, at + chop))
      await new Promise(setImmediate)
    }
  }

  /** The next word. */
  async next() {
    const names = { [OP.text]: 'text', [OP.binary]: 'binary', [OP.ping]: 'ping', [OP.pong]: 'pong' }
    let kind
    const parts = []
    for (;;) {
      const { op, data, fin } = await this.wire.next(PATIENCE_MS)
      if (op === OP.ping || op === OP.pong) return word(names[op], data)
      kind ??= names[op]
      parts.push(data)
      if (fin) return word(kind, Buffer.concat(parts))
    }
  }

  /** All words until the connection is over. */
  async rest() {
    const words = []
    const { wire } = this
    while (wire.frames.length || !(wire.over || wire.closeFrame)) {
      const word = await this.next().catch((error) => {
        if (wire.over || wire.closeFrame) return undefined
        throw error
      })
      if (word !== undefined) words.push(word)
    }
    const { code, closeFrame } = await wire.ended(PATIENCE_MS)
    assert.equal(wire.broken, null, `framing: ${wire.broken}`)
    if (closeFrame) words.push(code === null ? 'close' : `close:${code}`)
    return [...words, 'end']
  }
}

/** Sends `frames`, and gives all that comes back until the end. The server must be the one to end the connection. */
export async function exchange(server, frames, { chop, closing = true, extensions } = {}) {
  const client = await EchoClient.open(server, extensions)
  try {
    await client.write(Buffer.concat(frames), chop)
    if (closing && client.wire.alive) client.wire.write(close())
    client.wire.closeSent = closing
    return await client.rest()
  } finally {
    client.wire.destroy()
  }
}

/**
 * A case: sends frames and expects words. `strict`: the words that count as OK. `loose`: those that the Autobahn fuzzing client calls
 * NON-STRICT. A case with several strict outcomes that no RFC decides is `informational`.
 */
export function echoCase(group, title, frames, strict, { loose = [], informational = false, ...options } = {}) {
  const outcomes = Array.isArray(strict[0]) ? strict : [strict]
  return {
    group,
    title,
    async run(server) {
      const got = await exchange(server, frames(), options)
      const same = (words) => JSON.stringify(words) === JSON.stringify(got)
      if (outcomes.some(same)) return informational ? 'INFORMATIONAL' : 'OK'
      if (loose.some(same)) return 'NON-STRICT'
      assert.deepEqual(got, outcomes[0])
    },
  }
}

export const echoed = (...words) => [...words, 'close:1000', 'end']
export const failed = (code, ...words) => [...words, `close:${code}`, 'end']
