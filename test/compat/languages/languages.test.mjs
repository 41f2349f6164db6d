// Programs in other languages, each with a WebSocket library of Debian that knows nothing of Phoenix.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { contractServer } from '../../../tools/server.mjs'
import { report } from '../lib/report.mjs'

const here = new URL('.', import.meta.url).pathname
const PATIENCE_MS = 30000

/** What each program says, and on which mounts: `/socket_compress` where the library offers permessage-deflate. */
const programs = [
  { client: 'Python, websockets', command: '/usr/bin/python3', file: 'v2.py', vsn: 'V2', transport: 'websocket', mounts: ['/socket', '/socket_compress'], run: talk },
  { client: 'Python, websockets', command: '/usr/bin/python3', file: 'v1.py', vsn: 'V1', transport: 'websocket', mounts: ['/socket', '/socket_compress'], run: talk },
  { client: 'Python, websockets', command: '/usr/bin/python3', file: 'binary.py', vsn: 'V2', transport: 'websocket', mounts: ['/socket', '/socket_compress'], run: bytes },
  { client: 'Python, urllib', command: '/usr/bin/python3', file: 'longpoll.py', vsn: 'V2', transport: 'longpoll', mounts: ['/socket'], run: talk },
  { client: 'Perl, AnyEvent::WebSocket::Client', command: '/usr/bin/perl', file: 'v2.pl', vsn: 'V2', transport: 'websocket', mounts: ['/socket'], run: talk },
  { client: 'Perl, AnyEvent::WebSocket::Client', command: '/usr/bin/perl', file: 'v1.pl', vsn: 'V1', transport: 'websocket', mounts: ['/socket'], run: talk },
]

let server
before(async () => (server = await contractServer({ shards: 2 })))
after(() => server.stop())

const results = []
after(() => report('languages', { clients: results }))

/** Starts a program; `line()` gives what it printed next, parsed, and undefined at its end; `status` is that of its end. */
function start(t, { command, file, transport }, mount, topic) {
  const base = transport === 'websocket' ? server.base.replace('http', 'ws') : server.base
  const child = spawn(command, [here + file, base + mount, topic], { stdio: ['ignore', 'pipe', 'inherit'], timeout: PATIENCE_MS })
  const status = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  t.after(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { status, line: async () => lines.next().then(({ value }) => value && JSON.parse(value)) }
}

const replied = (ref, response) => [ref, 'phx_reply', { status: 'ok', response }]

/** Joins, pushes, hears what the server publishes, leaves. */
async function talk(program, topic, vsn) {
  assert.deepEqual(await program.line(), replied('1', {}))
  assert.deepEqual(await program.line(), replied('2', { hello: 'wörld' }))
  const news = { text: 'grüße '.repeat(200) }
  const body = JSON.stringify({ topic, event: 'news', payload: news })
  assert.equal((await fetch(`${server.base}/api/broadcast`, { method: 'POST', body })).status, 200)
  assert.deepEqual(await program.line(), [null, 'news', news])
  assert.deepEqual(await program.line(), replied('3', {}))
  assert.deepEqual(await program.line(), [vsn === 'V1' ? null : '1', 'phx_close', {}]) // in V1 it gave no join_ref to come back
}

/** Joins, pushes 256 bytes and gets them back as a binary reply. */
async function bytes(program, topic) {
  assert.deepEqual(await program.line(), ['1', '1', topic, 'phx_reply', { status: 'ok', response: {} }])
  const fields = ['1', '2', topic, 'ok']
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  const frame = Buffer.concat([Buffer.from([1, ...fields.map((field) => field.length)]), Buffer.from(fields.join('')), all])
  assert.equal(await program.line(), frame.toString('hex'))
}

let count = 0
describe('programs in other languages', { concurrency: 4 }, () => {
  for (const program of programs) {
    for (const mount of program.mounts) {
      test(`${program.client}: ${program.file} at ${mount}`, { timeout: PATIENCE_MS }, async (t) => {
        const { client, vsn, transport, file } = program
        const result = { client, vsn, transport, behaviour: `${file} at ${mount}`, ok: false }
        results.push(result)
        const topic = `room:language-${process.pid}-${++count}`
        const running = start(t, program, mount, topic)
        await program.run(running, topic, vsn)
        assert.equal(await running.line(), undefined)
        assert.equal(await running.status, 0)
        result.ok = true
      })
    }
  }
})
