// NATS behind TLS, names and permissions: who may join does, who may not says why.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { certificate } from '../../tools/certificate.mjs'
import { Server, binary, freePort } from '../../tools/server.mjs'
import { collect, connect, fresh, joined, until } from '../client/support.mjs'
import { Nats, degraded, met, post, startNode } from './support.mjs'

async function nats(t, args) {
  const server = await new Nats(await freePort(), args).start()
  t.after(() => server.stop())
  return server
}

function certificates(t) {
  const files = certificate()
  t.after(files.remove)
  return files
}

function file(t, name, text) {
  const folder = mkdtempSync(join(tmpdir(), 'roost-nats-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const tls = (files) => ['--tls', '--tlscert', files.certificate, '--tlskey', files.key]

async function hearEachOther(t, a, b) {
  await Promise.all([met(a, 1), met(b, 1)])
  const topic = fresh()
  const heard = collect(await joined(connect(t, b.base), topic), 'new_msg')
  await post(a, '/api/broadcast', { topic, event: 'new_msg', payload: { over: 'nats' } })
  assert.deepEqual(await heard.of(1), [{ over: 'nats' }])
}

async function isAway(node, why) {
  await until(() => node.output.includes('the broker is away'), 'the log says that the broker is away')
  await until(() => why.test(node.output), `the log says why: ${why}\n${node.output}`)
  assert.equal(await degraded(node), true)
}

test('over TLS, by its URL or by a flag, with the CA that signed the server', async (t) => {
  const files = certificates(t)
  const { port } = await nats(t, tls(files))
  const a = await startNode(t, { url: `tls://127.0.0.1:${port}` }, 'a', ['--nats-ca', files.certificate])
  const b = await startNode(t, { url: `nats://127.0.0.1:${port}` }, 'b', ['--nats-tls', '--nats-ca', files.certificate])
  await hearEachOther(t, a, b)
})

test('a server that another CA signed is not trusted', async (t) => {
  const { port } = await nats(t, tls(certificates(t)))
  const a = await startNode(t, { url: `tls://127.0.0.1:${port}` }, 'a', ['--nats-ca', certificates(t).certificate])
  await isAway(a, /why=/)
})

test('a server that wants certificates gets ours', async (t) => {
  const files = certificates(t)
  const mine = certificates(t)
  const server = await nats(t, [...tls(files), '--tlsverify', '--tlscacert', mine.certificate])
  const url = `tls://127.0.0.1:${server.port}`
  const with_certificate = ['--nats-ca', files.certificate, '--nats-certificate', mine.certificate, '--nats-key', mine.key]
  const a = await startNode(t, { url }, 'a', with_certificate)
  const b = await startNode(t, { url }, 'b', with_certificate)
  await hearEachOther(t, a, b)
  const c = await startNode(t, { url }, 'c', ['--nats-ca', files.certificate])
  await isAway(c, /why=/)
})

test('with a name and a password in the URL; a wrong one is refused and not in the log', async (t) => {
  const { port } = await nats(t, ['--user', 'roost', '--pass', 'secret'])
  const a = await startNode(t, { url: `nats://roost:secret@127.0.0.1:${port}` }, 'a')
  const b = await startNode(t, { url: `nats://roost:secret@127.0.0.1:${port}` }, 'b')
  await hearEachOther(t, a, b)
  const c = await startNode(t, { url: `nats://roost:mistaken@127.0.0.1:${port}` }, 'c')
  await isAway(c, /Authorization Violation/)
  assert.ok(!c.output.includes('mistaken'))
})

test('a user who may not publish on our subjects: the log says so', async (t) => {
  const config = file(t, 'nats.conf', 'authorization { users = [ { user: roost, password: x, permissions: { publish: "other.>", subscribe: "roost.>" } } ] }')
  const { port } = await nats(t, ['-c', config])
  const a = await startNode(t, { url: `nats://roost:x@127.0.0.1:${port}` }, 'a')
  await until(() => /Not Permitted|Permission/i.test(a.output), 'the log says that something is not permitted')
})

for (const [name, args, says] of [
  ['a URL of another kind', ['--nats', 'http://127.0.0.1:4222'], /nats: a URL begins with nats:/],
  ['a CA file that does not exist', ['--nats', 'nats://127.0.0.1:1', '--nats-ca', '/no/such/file'], /nats ca file/],
  ['a certificate without its key', ['--nats', 'nats://127.0.0.1:1', '--nats-certificate', 'x'], /certificate needs its key/],
  ['a key that is none', ['--nats', 'nats://127.0.0.1:1', '--nats-certificate', '/dev/null', '--nats-key', '/dev/null'], /nats certificate and key/],
  ['a prefix with blanks', ['--nats', 'nats://127.0.0.1:1', '--nats-prefix', 'a b'], /nats prefix/],
]) {
  test(`${name} is named at the start, which fails`, async () => {
    const server = new Server({ path: binary('contract_server'), args, port: await freePort(), ready: '/api/health' })
    await assert.rejects(server.start(), says)
    assert.notEqual(server.process.exitCode, 0)
    assert.notEqual(server.process.exitCode, null)
  })
}
