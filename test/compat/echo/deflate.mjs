// permessage-deflate: groups 12 and 13 of the Autobahn fuzzing client (RFC 7692), and what a hostile client may try.
import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import zlib from 'node:zlib'
import WebSocket from 'ws'
import { random } from '../lib/random.mjs'
import { EchoClient, OP, close, echoCase, failed, frame, more, part, text } from './client.mjs'

const NAME = 'permessage-deflate'

// Every parameter alone and with others. The server answers with what it agreed to; what it may answer is checked in agreed().
const WINDOWS = [9, 10, 11, 12, 13, 14, 15]
const OFFERS = [
  NAME,
  `${NAME}; client_max_window_bits`,
  `${NAME}; server_no_context_takeover`,
  `${NAME}; client_no_context_takeover`,
  `${NAME}; server_no_context_takeover; client_no_context_takeover; client_max_window_bits`,
  ...WINDOWS.map((bits) => `${NAME}; server_max_window_bits=${bits}`),
  ...WINDOWS.map((bits) => `${NAME}; client_max_window_bits=${bits}`),
  `${NAME}; server_max_window_bits="10"; client_max_window_bits="10"`,
  `${NAME}; server_max_window_bits=9; client_max_window_bits=9; server_no_context_takeover; client_no_context_takeover`,
  `${NAME}; server_no_context_takeover; server_max_window_bits=9, ${NAME}; server_no_context_takeover, ${NAME}`,
  `${NAME}; server_max_window_bits=99, ${NAME}`,
  `x-webkit-deflate-frame, ${NAME}; client_max_window_bits`,
]
// None of these can be agreed to: the connection opens without compression.
const DECLINED = [
  'x-webkit-deflate-frame', `${NAME}; unknown`, `${NAME}; server_max_window_bits`, `${NAME}; server_max_window_bits=16`, `${NAME}; server_max_window_bits=7`,
  `${NAME}; server_max_window_bits=08`, `${NAME}; client_max_window_bits=16`, `${NAME}; server_no_context_takeover=1`, `${NAME}; server_no_context_takeover; server_no_context_takeover`,
]

const SIZES = [16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072]
const FRAGMENTED = [[8192, 256], [16384, 256], [32768, 256], [65536, 256], [131072, 256], [131072, 1024], [131072, 4096], [131072, 32768]]

/** `long`: every size with every offer, 1,000 messages each. Else a choice of them, 100 or 10 messages each. */
export function casesOf(long) {
  const cases = []
  const count = (size) => (long ? 1000 : size > 16384 ? 10 : 100)
  for (const [name, kind] of Object.entries(DATA)) {
    for (const size of SIZES) cases.push(raw('12 compression', `${name}: ${count(size)} messages of ${size} bytes`, NAME, kind, size, count(size)))
    for (const [size, piece] of FRAGMENTED) {
      if (long || piece > 256 || size === 8192) cases.push(raw('12 compression', `${name}: ${count(size)} messages of ${size} bytes in fragments of ${piece}`, NAME, kind, size, count(size), piece))
    }
  }
  for (const offer of OFFERS) {
    for (const size of long ? SIZES : [16, 1024, 131072]) cases.push(raw('13 offers', `${offer}: ${count(size)} messages of ${size} bytes`, offer, DATA.json, size, count(size)))
    for (const [size, piece] of long ? FRAGMENTED : [[32768, 256]]) cases.push(raw('13 offers', `${offer}: ${count(size)} messages of ${size} bytes in fragments of ${piece}`, offer, DATA.json, size, count(size), piece))
  }
  for (const offer of DECLINED) cases.push(declined(offer))
  cases.push(declinedWindow8())
  for (const options of WS_OPTIONS) for (const size of [16, 4096, 131072]) cases.push(withWs(options, size, count(size)))
  return [...cases, ...hostile]
}

/** Data of three kinds: `at` gives a message, always others. */
const DATA = {
  json: { op: OP.text, at: (i, size) => Buffer.from(JSON.stringify(Array.from({ length: size / 16 + 1 }, (_, n) => ({ n: n * 7919 + i })))).subarray(0, size) },
  words: { op: OP.binary, at: (i, size) => words(i, size) },
  noise: { op: OP.binary, at: (i, size) => Buffer.concat(Array.from({ length: size / 64 + 1 }, (_, n) => createHash('sha512').update(`${i} ${n}`).digest())).subarray(0, size) },
}

function words(seed, size) {
  const r = random(seed)
  return Buffer.from(Array.from({ length: size / 3 + 1 }, () => r.pick(['Da', 'steh', 'ich', 'nun', 'ich', 'armer', 'Tor'])).join(' ')).subarray(0, size)
}

/** Also the files that COMPAT_DATA names, separated by commas: each message goes on in the file where the last one ended. */
for (const path of (process.env.COMPAT_DATA ?? '').split(',').filter(Boolean)) {
  const bytes = readFileSync(path)
  const op = isUtf8(bytes) && bytes.every((byte) => byte < 128) ? OP.text : OP.binary
  DATA[basename(path)] = { op, at: (i, size) => Buffer.concat([bytes, bytes]).subarray((i * size) % bytes.length).subarray(0, size) }
}

/** The agreed parameters, if the answer is one that RFC 7692 §7.1 allows for one of the offers. */
function agreed(answer, offer) {
  const parse = (one) => Object.fromEntries(one.split(';').slice(1).map((item) => item.trim().split('=')).map(([name, value]) => [name, value?.replaceAll('"', '') ?? true]))
  const given = parse(answer)
  const offers = offer.split(',').map((one) => one.trim()).filter((one) => one.startsWith(NAME)).map(parse)
  const fits = offers.some((asked) =>
    (!asked.server_no_context_takeover || given.server_no_context_takeover) &&
    (!asked.server_max_window_bits || Number(given.server_max_window_bits) <= Number(asked.server_max_window_bits)) &&
    (given.client_max_window_bits === undefined || asked.client_max_window_bits !== undefined))
  assert.ok(fits, `the offer ${offer} must not be answered with ${answer}`)
  for (const bits of [given.server_max_window_bits, given.client_max_window_bits]) assert.ok(bits === undefined || (bits >= 8 && bits <= 15), answer)
  return { serverBits: Number(given.server_max_window_bits ?? 15), clientBits: Number(given.client_max_window_bits ?? 15), serverFresh: !!given.server_no_context_takeover, clientFresh: !!given.client_no_context_takeover }
}

const TAIL = Buffer.from([0, 0, 255, 255])
const flushed = (stream, bytes) =>
  new Promise((resolve, reject) => {
    const parts = []
    const take = (part) => parts.push(part)
    stream.on('data', take).once('error', reject)
    stream.write(bytes)
    stream.flush(zlib.constants.Z_SYNC_FLUSH, () => {
      stream.off('data', take).off('error', reject)
      resolve(Buffer.concat(parts))
    })
  })

/** Both directions of one connection; inflates with the agreed window, so that a reference beyond it fails. */
class Compression {
  constructor(params) {
    this.params = params
  }

  async deflate(bytes) {
    if (!this.deflater || this.params.clientFresh) this.deflater = zlib.createDeflateRaw({ windowBits: this.params.clientBits })
    return (await flushed(this.deflater, bytes)).subarray(0, -4)
  }

  async inflate(bytes) {
    if (!this.inflater || this.params.serverFresh) this.inflater = zlib.createInflateRaw({ windowBits: this.params.serverBits })
    return flushed(this.inflater, Buffer.concat([bytes, TAIL]))
  }
}

function raw(group, title, offer, { op, at }, size, count, piece) {
  return {
    group,
    title,
    async run(server) {
      const client = await EchoClient.open(server, offer)
      assert.ok(client.extensions, 'the offer is declined')
      const compression = new Compression(agreed(client.extensions, offer))
      for (let i = 0; i < count; i++) await roundTrip(client, compression, op, at(i, size), piece)
      await finish(client)
      return 'OK'
    },
  }
}

async function roundTrip(client, compression, op, message, piece) {
  const bytes = await compression.deflate(message)
  const size = piece ?? Math.max(1, bytes.length)
  for (let at = 0; at === 0 || at < bytes.length; at += size) {
    client.wire.write(frame(at ? OP.continuation : op, bytes.subarray(at, at + size), { fin: at + size >= bytes.length, rsv: at ? 0 : 4 }))
  }
  const parts = []
  let first
  for (;;) {
    const got = await client.wire.next(30000)
    first ??= got
    parts.push(got.data)
    if (got.fin) break
  }
  assert.equal(first.op, op)
  const body = Buffer.concat(parts)
  const echo = first.rsv ? await compression.inflate(body) : body
  assert.ok(echo.equals(message), `message of ${message.length} bytes came back as ${echo.length} other bytes`)
}

async function finish(client) {
  client.wire.closeSent = true
  client.wire.write(close())
  assert.deepEqual(await client.rest(), ['close:1000', 'end'])
}

function declined(offer) {
  return {
    group: '13 offers, declined',
    title: offer,
    async run(server) {
      const client = await EchoClient.open(server, offer)
      assert.equal(client.extensions, undefined)
      client.wire.write(text('plain'))
      assert.equal(await client.next(), 'text:plain')
      await finish(client)
      return 'OK'
    },
  }
}

/** zlib cannot make a window of 8 bits. Declining is right (RFC 7692 §7.1.2.1); a client that offers nothing else stays uncompressed. */
function declinedWindow8() {
  const offer = `${NAME}; server_max_window_bits=8`
  return {
    group: '13 offers, declined',
    title: `${offer} is declined, and the next offer taken`,
    async run(server) {
      const alone = await EchoClient.open(server, offer)
      const both = await EchoClient.open(server, `${offer}, ${NAME}`)
      assert.ok(both.extensions)
      await finish(both)
      await finish(alone)
      return alone.extensions === undefined ? 'INFORMATIONAL' : 'OK'
    },
  }
}

// A second implementation of the client's side.
const WS_OPTIONS = [
  {},
  { serverNoContextTakeover: true },
  { clientNoContextTakeover: true },
  { serverNoContextTakeover: true, clientNoContextTakeover: true },
  { serverMaxWindowBits: 9 },
  { serverMaxWindowBits: 15, clientMaxWindowBits: 15 },
  { serverMaxWindowBits: 10, clientMaxWindowBits: 10, serverNoContextTakeover: true },
]

function withWs(options, size, count) {
  return {
    group: '13 offers, npm ws',
    title: `${JSON.stringify(options)}: ${count} messages of ${size} bytes`,
    async run({ host, port }) {
      const socket = new WebSocket(`ws://${host}:${port}/echo/websocket`, { perMessageDeflate: { ...options, threshold: 0 }, maxPayload: 2 ** 25 })
      const failure = new Promise((_, reject) => socket.once('error', reject).once('close', (code) => reject(new Error(`closed with ${code}`))))
      failure.catch(() => {}) // the close that is waited for below
      const event = (name) => Promise.race([new Promise((resolve) => socket.prependOnceListener(name, (...args) => resolve(args))), failure])
      await event('open')
      assert.match(socket.extensions, /permessage-deflate/)
      for (let i = 0; i < count; i++) {
        const message = DATA.words.at(i, size)
        socket.send(message)
        const [echo] = await event('message')
        assert.ok(echo.equals(message))
      }
      socket.close(1000)
      assert.equal((await event('close'))[0], 1000)
      return 'OK'
    },
  }
}

const small = zlib.deflateRawSync(Buffer.from('hello'), { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4)
const bomb = (size) => zlib.deflateRawSync(Buffer.alloc(size), { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4)
const bad = (title, frames, strict, options) => echoCase('12 compression, bad input', title, frames, strict, { extensions: NAME, ...options })
const hostile = [
  bad('RSV1 on a continuation', () => [text(small.subarray(0, 3), { fin: false, rsv: 4 }), more(small.subarray(3), { rsv: 4 })], failed(1002)),
  bad('RSV1 on a ping', () => [frame(OP.ping, small, { rsv: 4 })], failed(1002)),
  bad('RSV1 on a close', () => [frame(OP.close, Buffer.from([3, 232]), { rsv: 4 })], failed(1002)),
  bad('RSV2 on a message', () => [text(small, { rsv: 2 })], failed(1002)),
  bad('RSV1 and RSV2 on a message', () => [text(small, { rsv: 6 })], failed(1002)),
  bad('no DEFLATE data', () => [text(Buffer.from('ffffffffff', 'hex'), { rsv: 4 })], failed(1007), { loose: [failed(1002)] }),
  bad('a reference before the first byte', () => [text(Buffer.from('4a4c04a2ff', 'hex').subarray(1), { rsv: 4 })], failed(1007), { loose: [failed(1002)] }),
  bad('text that is not UTF-8 once inflated', () => [text(zlib.deflateRawSync(Buffer.from([0x61, 0xff]), { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4), { rsv: 4 })], failed(1007)),
  bad('20 MiB out of 20 KiB', () => [text(bomb(20 << 20), { rsv: 4 })], failed(1009)),
  bad('20 MiB out of 20 KiB, in fragments', () => {
    const bytes = bomb(20 << 20)
    return [text(bytes.subarray(0, 9000), { fin: false, rsv: 4 }), more(bytes.subarray(9000, 15000), part), more(bytes.subarray(15000))]
  }, failed(1009)),
]
hostile.push({
  group: '12 compression, mixed',
  title: 'plain and compressed messages may alternate',
  async run(server) {
    const client = await EchoClient.open(server, NAME)
    const compression = new Compression(agreed(client.extensions, NAME))
    for (let i = 0; i < 5; i++) {
      await roundTrip(client, compression, OP.text, Buffer.from(`compressed ${i}`))
      client.wire.write(text(`plain ${i}`))
      const { data, rsv } = await client.wire.next()
      assert.equal(`${rsv ? await compression.inflate(data) : data}`, `plain ${i}`)
    }
    await finish(client)
    return 'OK'
  },
})
