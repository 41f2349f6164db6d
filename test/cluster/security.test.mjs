// NATS behind TLS, names, credentials and permissions: who may join does, who may not says why.
import jwt from '@nats-io/jwt'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { certificate } from '../../tools/certificate.mjs'
import { Server, binary, freePort, get } from '../../tools/server.mjs'
import { collect, connect, fresh, joined, until } from '../client/support.mjs'
import { Nats, degraded, met, metric, post, startNode } from './support.mjs'

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

/** An operator with an account: the server's configuration, and .creds files of users. */
async function operator() {
  const [self, account, stranger] = [jwt.createOperator(), jwt.createAccount(), jwt.createAccount()]
  const limits = { conn: -1, subs: -1, data: -1, payload: -1, imports: -1, exports: -1, leaf: -1, wildcards: true }
  const signed = await jwt.encodeAccount('chat', account, { limits }, { signer: self })
  return {
    config: `operator: ${await jwt.encodeOperator('we', self)}\nresolver: MEMORY\nresolver_preload: { ${account.getPublicKey()}: ${signed} }\n`,
    async creds({ permissions = {}, seconds, expired = false, foreign = false }) {
      const user = jwt.createUser()
      const now = Math.floor(Date.now() / 1000)
      const times = seconds ? { exp: now + seconds } : expired ? { exp: now - 60 } : {}
      return jwt.fmtCreds(await jwt.encodeUser('node', user, foreign ? stranger : account, permissions, times), user)
    },
  }
}

/** What an operator sees of a node that is not whole: in the log, in its health and in its metrics. */
async function saysWhy(node, code, ...words) {
  await until(() => new RegExp(` code=${code} `).test(node.output), `the log says ${code}`, 20000).catch(() => assert.fail(`no ${code} in\n${node.output}`))
  const line = node.output.split('\n').find((each) => each.includes(` code=${code} `))
  for (const word of words) assert.match(line, word)
  assert.match(line, code === 'broker_unreachable' ? / warning / : / error /)
  assert.deepEqual(JSON.parse((await get(node.base, '/api/node')).body), { node: /node=(\S+)/.exec(line)[1], degraded: true, why: code })
  assert.match((await get(node.base, '/metrics')).body, new RegExp(`^roost_degraded{code="${code}"} 1$`, 'm'))
  assert.ok(!node.output.includes('broker_error'), node.output)
}

const at = (server, scheme = 'nats') => ({ url: `${scheme}://127.0.0.1:${server.port}` })

// Most of each is waiting: all at once.
describe('security', { concurrency: true }, () => {
  test('over TLS, by its URL or by a flag, with the CA that signed the server', async (t) => {
    const files = certificates(t)
    const server = await nats(t, tls(files))
    const a = await startNode(t, at(server, 'tls'), 'a', ['--nats-ca', files.certificate])
    const b = await startNode(t, at(server), 'b', ['--nats-tls', '--nats-ca', files.certificate])
    await hearEachOther(t, a, b)
    assert.doesNotMatch((await get(a.base, '/metrics')).body, /roost_degraded/)
  })

  test('a server that another CA signed is not trusted, nor one that we know no CA of', async (t) => {
    const server = await nats(t, tls(certificates(t)))
    const a = await startNode(t, at(server, 'tls'), 'a', ['--nats-ca', certificates(t).certificate])
    const b = await startNode(t, at(server), 'b') // the server wants TLS, and gets it
    await saysWhy(a, 'broker_tls', /self-signed certificate/, new RegExp(`server=127.0.0.1:${server.port}`))
    await saysWhy(b, 'broker_tls', /self-signed certificate/)
  })

  test('a server of another name than its certificate is not trusted', async (t) => {
    const files = certificates(t)
    const server = await new Nats(await freePort(), tls(files), '127.0.0.2').start()
    t.after(() => server.stop())
    const a = await startNode(t, { url: `tls://127.0.0.2:${server.port}` }, 'a', ['--nats-ca', files.certificate])
    await saysWhy(a, 'broker_tls', /IP address mismatch/)
  })

  test('a server without TLS is not spoken to when we want TLS', async (t) => {
    const a = await startNode(t, at(await nats(t, []), 'tls'), 'a')
    await saysWhy(a, 'broker_tls', /Secure Connection not available/)
  })

  test('a server that wants certificates gets ours, and refuses who has none', async (t) => {
    const files = certificates(t)
    const mine = certificates(t)
    const server = await nats(t, [...tls(files), '--tlsverify', '--tlscacert', mine.certificate])
    const own = ['--nats-ca', files.certificate, '--nats-certificate', mine.certificate, '--nats-key', mine.key]
    const a = await startNode(t, at(server, 'tls'), 'a', own)
    const b = await startNode(t, at(server, 'tls'), 'b', own)
    await hearEachOther(t, a, b)
    const c = await startNode(t, at(server, 'tls'), 'c', ['--nats-ca', files.certificate])
    await saysWhy(c, 'broker_refused', /certificate/)
  })

  test('with a name and a password in the URL; a wrong one is refused and not in the log', async (t) => {
    const { port } = await nats(t, ['--user', 'roost', '--pass', 'secret'])
    const a = await startNode(t, { url: `nats://roost:secret@127.0.0.1:${port}` }, 'a')
    const b = await startNode(t, { url: `nats://roost:secret@127.0.0.1:${port}` }, 'b')
    await hearEachOther(t, a, b)
    const c = await startNode(t, { url: `nats://roost:mistaken@127.0.0.1:${port}` }, 'c')
    await saysWhy(c, 'broker_auth', /Authorization Violation/)
    assert.ok(!c.output.includes('mistaken'))
  })

  test('a .creds file, of the account that the operator signed', async (t) => {
    const identity = await operator()
    const server = await nats(t, ['-c', file(t, 'nats.conf', identity.config)])
    const creds = async (user) => ['--nats-credentials', file(t, 'roost.creds', await identity.creds(user))]
    const a = await startNode(t, at(server), 'a', await creds({}))
    const b = await startNode(t, at(server), 'b', await creds({ permissions: { pub: { allow: ['roost.>'] }, sub: { allow: ['roost.>'] } } }))
    await hearEachOther(t, a, b)
    const refused = [
      ['expired', await creds({ expired: true }), 'broker_auth', /Authorization Violation/],
      ['foreign', await creds({ foreign: true }), 'broker_auth', /Authorization Violation/],
      ['none', [], 'broker_auth', /Authorization Violation/],
      ['empty', ['--nats-credentials', file(t, 'empty.creds', 'nothing\n')], 'broker_credentials', /no nkey user seed/],
      ['elsewhere', await creds({ permissions: { pub: { allow: ['other.>'] } } }), 'broker_denied', /what=publish/],
    ]
    await Promise.all(refused.map(async ([name, args, code, why]) => saysWhy(await startNode(t, at(server), name, args), code, why)))
  })

  test('credentials that are renewed in their file are taken when NATS ends the old ones', async (t) => {
    const identity = await operator()
    const server = await nats(t, ['-c', file(t, 'nats.conf', identity.config)])
    const path = file(t, 'roost.creds', await identity.creds({ seconds: 3 }))
    const a = await startNode(t, at(server), 'a', ['--nats-credentials', path])
    await until(async () => (await metric(a, 'roost_broker_connected')) === 1, 'connected')
    writeFileSync(path, await identity.creds({}))
    await until(async () => (await metric(a, 'roost_broker_disconnects_total')) === 1, 'the first ones are over', 10000)
    await until(async () => (await metric(a, 'roost_broker_connected')) === 1, 'connected with the new ones', 10000)
  })

  for (const [what, permissions] of [
    ['publish', 'publish: "other.>", subscribe: "roost.>"'],
    ['subscribe', 'publish: "roost.>", subscribe: "other.>"'],
  ]) {
    test(`a node that may not ${what} on our subjects says so, and is whole once it may`, async (t) => {
      const config = (rights) => `authorization { users = [ { user: roost, password: x, permissions: { ${rights} } } ] }`
      const path = file(t, 'nats.conf', config(permissions))
      const server = await nats(t, ['-c', path])
      const a = await startNode(t, { url: `nats://roost:x@127.0.0.1:${server.port}` }, 'a')
      await saysWhy(a, 'broker_denied', new RegExp(`what=${what} subject=roost\\.`))
      assert.ok((await metric(a, 'roost_broker_denied_total')) > 0)
      writeFileSync(path, config('publish: "roost.>", subscribe: "roost.>"'))
      server.signal('SIGHUP')
      await until(async () => !(await degraded(a)), 'the node is whole again', 30000)
      const b = await startNode(t, { url: `nats://roost:x@127.0.0.1:${server.port}` }, 'b')
      await hearEachOther(t, a, b)
      await hearEachOther(t, b, a)
    })
  }
})

for (const [name, args, says] of [
  ['a URL of another kind', ['--nats', 'http://127.0.0.1:4222'], /nats: a URL begins with nats:/],
  ['a CA file that does not exist', ['--nats', 'nats://127.0.0.1:1', '--nats-ca', '/no/such/file'], /nats ca file/],
  ['a credentials file that does not exist', ['--nats', 'nats://127.0.0.1:1', '--nats-credentials', '/no/such/file'], /nats credentials: .no.such.file: No such file/],
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
