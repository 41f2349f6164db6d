// TLS without a proxy: https, wss, and a certificate that is changed while the server runs.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import tls from 'node:tls'
import WebSocket from 'ws'
import { certificate } from '../../tools/certificate.mjs'
import { contractServer, get } from '../../tools/server.mjs'
import { connect, fresh, joined, outcome, until } from './support.mjs'

/** A server with TLS, and what its clients need: a WebSocket that knows its certificate. */
async function secured(t, options = {}) {
  const files = certificate()
  t.after(files.remove)
  const server = await contractServer({ args: files.flags, tls: true, ...options })
  t.after(() => server.stop('SIGKILL'))
  const ca = readFileSync(files.certificate)
  class Trusting extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { ca })
    }
  }
  return { server, files, ca, transport: Trusting }
}

/** The serial number of the certificate that the server shows now. */
function serial({ port }) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber)
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

for (const shards of [1, 2]) {
  test(`the official client joins, pushes and hears broadcasts over wss, with ${shards} shards`, async (t) => {
    const { server, transport } = await secured(t, { shards })
    const topic = fresh()
    const [ann, bob] = ['ann', 'bob'].map((user) => connect(t, server.base, { user, transport }))
    const [hers, his] = await Promise.all([joined(ann, topic), joined(bob, topic)])
    const heard = new Promise((resolve) => his.on('new_msg', resolve))
    const big = 'x'.repeat(300_000) // more than a record, and than what a socket takes at once
    assert.deepEqual(await outcome(hers.push('echo', { big })), ['ok', { big }])
    hers.push('new_msg', { big })
    assert.equal((await Promise.race([heard, until(() => false, 'a broadcast')])).big, big)
  })
}

test('to the application the connection is https, and its own origin is allowed', async (t) => {
  const { server, ca } = await secured(t)
  const attempt = (origin) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`wss://127.0.0.1:${server.port}/socket_origin_conn/websocket?vsn=2.0.0`, { ca, origin })
      socket.once('open', () => (socket.terminate(), resolve(101)))
      socket.once('unexpected-response', (request, response) => resolve(response.statusCode)).once('error', reject)
    })
  assert.equal(await attempt(`https://127.0.0.1:${server.port}`), 101)
  assert.equal(await attempt(`http://127.0.0.1:${server.port}`), 403)
})

test('a long poll works as over http', async (t) => {
  const { server } = await secured(t)
  const answer = await get(server.base, '/socket/longpoll?vsn=2.0.0')
  assert.equal(answer.status, 200)
  assert.equal(JSON.parse(answer.body).status, 410) // a new session: PROTOCOL §6
})

test('who speaks no TLS is cut off, and nobody else notices', async (t) => {
  const { server, transport } = await secured(t)
  const channel = await joined(connect(t, server.base, { transport }), fresh())
  await assert.rejects(get(`http://127.0.0.1:${server.port}`, '/api/health'))
  assert.deepEqual(await outcome(channel.push('echo', { a: 1 })), ['ok', { a: 1 }])
})

test('SIGHUP brings a new certificate to those who come, and those who are there stay', async (t) => {
  const { server, files, transport } = await secured(t)
  const channel = await joined(connect(t, server.base, { transport }), fresh())
  const before = await serial(server)
  files.renew()
  server.process.kill('SIGHUP')
  await until(async () => (await serial(server)) !== before, 'the new certificate')
  assert.deepEqual(await outcome(channel.push('echo', { a: 1 })), ['ok', { a: 1 }])
})

test('SIGHUP with a broken file changes nothing and is logged', async (t) => {
  const { server, files } = await secured(t)
  const before = await serial(server)
  writeFileSync(files.key, 'no key')
  server.process.kill('SIGHUP')
  await until(() => server.output.includes('certificate not changed'), 'the log line')
  assert.match(server.output, /no private key can be read/)
  assert.equal(await serial(server), before)
})

test('a server that cannot read its certificate says so and does not start', async (t) => {
  const files = certificate()
  t.after(files.remove)
  await assert.rejects(contractServer({ args: ['--tls-certificate', files.certificate] }), /one of them is missing/)
  await assert.rejects(contractServer({ args: ['--tls-certificate', files.key, '--tls-key', files.key] }), /no certificate can be read/)
})

test('a stop sends clients away over TLS as well: 1012, and then the end', async (t) => {
  const { server, ca } = await secured(t)
  const socket = new WebSocket(`wss://127.0.0.1:${server.port}/socket/websocket?vsn=2.0.0`, { ca })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  assert.deepEqual(await server.stop('SIGTERM'), { code: 0, signal: null })
  assert.equal(await closed, 1012)
})
