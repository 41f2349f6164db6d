// What the guides tell operators to write is run as it stands there: both nginx files, the compose file's settings.
import '../conformance/lib/clients.mjs' // XMLHttpRequest, before phoenix looks for it
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LongPoll } from 'phoenix'
import WebSocket from 'ws'
import { certificate } from '../../tools/certificate.mjs'
import { contractServer, freePort, root } from '../../tools/server.mjs'
import { collect, connect, fresh, joined, outcome, until } from '../client/support.mjs'
import { cluster, listens, metric } from './support.mjs'

const guide = (name) => readFileSync(join(root, 'docs/guide', `${name}.md`), 'utf8')

/** The indented or fenced block of a page that holds `mark`, without its indentation. */
function block(page, mark) {
  const blocks = page.match(/^```\w+\n[^]*?^```|(?:^ {4}.*\n|^\n(?= {4}))+/gm)
  const found = blocks.find((each) => each.includes(mark))
  assert.ok(found, `the guide has a block with ${mark}`)
  return found.replace(/^```.*$/gm, '').replace(/^ {4}(?=.*)/gm, found.startsWith('```') ? '    ' : '')
}

/** The text with other words for some of it, each of which must be there. */
function adapted(text, words) {
  for (const [from, to] of Object.entries(words)) {
    assert.ok(text.includes(from), `the guide says ${from}`)
    text = text.replaceAll(from, to)
  }
  return text
}

/** nginx with that in its http block, listening on `port`. */
async function nginx(t, port, http) {
  const folder = mkdtempSync(join(tmpdir(), 'roost-nginx-'))
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((each) => `${each}_temp_path ${folder}/${each};`)
  const user = process.getuid() === 0 ? 'user root;' : ''
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${user} daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1;
     events { worker_connections 512; }
     http { access_log off; ${paths.join(' ')}\n${http}\n}`,
  )
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text) => (said += text))
  child.once('error', (error) => (said += error))
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null && child.pid) await (child.kill('SIGTERM'), once(child, 'exit'))
    rmSync(folder, { recursive: true })
  })
  await until(() => child.exitCode !== null || listens(port), 'nginx listens', 10000)
  assert.equal(child.exitCode, null, `nginx ended:\n${said}`)
}

const sockets = (node) => metric(node, 'roost_sockets{transport="websocket"}')

test('nginx before two nodes, as the guide on clusters has it', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'], { args: ['--trusted-proxy', '127.0.0.1'] })
  const port = await freePort()
  await nginx(
    t,
    port,
    adapted(block(guide('clustering'), 'upstream chat'), {
      'listen 80;': `listen 127.0.0.1:${port};`,
      'chat-1:4000': `127.0.0.1:${a.port}`,
      'chat-2:4000': `127.0.0.1:${b.port}`,
    }),
  )
  const base = `http://127.0.0.1:${port}`
  const topic = fresh()
  const clients = []
  for (const n of [1, 2, 3, 4]) clients.push(await joined(connect(t, base, { user: `${n}` }), topic))
  assert.deepEqual([await sockets(a), await sockets(b)], [2, 2], 'each second one')
  clients.push(await joined(connect(t, base, { user: 'poll', transport: LongPoll }), topic))
  const heard = clients.map((each) => collect(each, 'new_msg'))
  for (const each of clients) each.push('new_msg', { from: 'each' })
  for (const each of heard) await each.of(5)
  const big = 'x'.repeat(2000000)
  assert.deepEqual(await outcome(clients[4].push('echo', { big })), ['ok', { big }], 'more than nginx takes unasked')
  assert.ok((await metric(a, 'roost_longpoll_relayed_total')) + (await metric(b, 'roost_longpoll_relayed_total')) > 0, 'no stickiness')

  class FromElsewhere extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { localAddress: '127.0.0.5' })
    }
  }
  const elsewhere = await joined(connect(t, base, { mount: '/socket_info', transport: FromElsewhere }), fresh())
  const [, info] = await outcome(elsewhere.push('info', {}))
  assert.equal(info.address, '127.0.0.5')
  assert.equal(info.uri.port, port)

  await a.stop('SIGKILL')
  await until(async () => {
    const before = heard.map(({ list }) => list.length)
    clients[4].push('new_msg', { still: 'there' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    return heard.every(({ list }, i) => list.length > before[i])
  }, 'all hear through the other node', 20000)
})

test('nginx with TLS before one server, as the guide on proxies has it', async (t) => {
  const server = await contractServer({ args: ['--trusted-proxy', '127.0.0.1'] })
  t.after(() => server.stop('SIGKILL'))
  const files = certificate()
  t.after(files.remove)
  const port = await freePort()
  await nginx(
    t,
    port,
    adapted(block(guide('behind-a-proxy'), 'upstream roost'), {
      'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
      '/etc/nginx/example.com.pem': files.certificate,
      '/etc/nginx/example.com.key': files.key,
      '127.0.0.1:4000': `127.0.0.1:${server.port}`,
    }),
  )
  class Trusting extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { rejectUnauthorized: false })
    }
  }
  const channel = await joined(connect(t, `https://localhost:${port}`, { mount: '/socket_info', transport: Trusting }), fresh())
  const [, { uri, address }] = await outcome(channel.push('info', {}))
  assert.deepEqual([uri.scheme, uri.host, uri.port, address], ['https', 'localhost', port, '127.0.0.1'])

  const poll = (method, token, body) =>
    new Promise((resolve, reject) => {
      const path = `/socket/longpoll?vsn=2.0.0&token=${encodeURIComponent(token)}`
      const headers = body ? { 'content-type': 'application/x-ndjson' } : {}
      const request = https.request({ host: '127.0.0.1', port, path, method, headers, rejectUnauthorized: false, agent: false }, async (answer) => {
        let text = ''
        for await (const part of answer) text += part
        resolve(answer.statusCode === 200 ? JSON.parse(text) : { http: answer.statusCode })
      })
      request.on('error', reject).end(body)
    })
  const { token } = await poll('GET', '')
  const message = (event, payload) => JSON.stringify(['1', '1', 'room:behind-nginx', event, payload])
  assert.deepEqual(await poll('POST', token, message('phx_join', {})), { status: 200 })
  assert.equal((await poll('GET', token)).messages.length, 1)
  assert.deepEqual(await poll('POST', token, message('echo', { big: 'x'.repeat(3000000) })), { status: 200 })
  assert.equal((await poll('GET', token)).messages.length, 1)
})

// docs/guide/configuration.md lists every setting: src/server/settings_guide_test.cc sees to that.
test('each setting that a guide names is one', () => {
  const flags = new Set([...guide('configuration').matchAll(/^\| `[^|]*\| `(--[a-z-]+)` \|/gm)].map(([, flag]) => flag))
  assert.ok(flags.has('--nats-ca'), 'the table is read')
  const variables = new Set([...flags].map((flag) => `ROOST_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`))
  for (const name of ['clustering', 'behind-a-proxy']) {
    const page = guide(name)
    for (const [variable] of page.matchAll(/\bROOST_[A-Z_]+\b/g)) assert.ok(variables.has(variable), `${name}.md: ${variable}`)
    for (const [flag] of page.matchAll(/(?<=[`\s])--(?:nats|node|host|port|trusted|public)[a-z-]*/g)) assert.ok(flags.has(flag), `${name}.md: ${flag}`)
  }
})
