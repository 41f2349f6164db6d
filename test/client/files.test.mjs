// The demo's pages as files over HTTP.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { binary, freePort, get, Server } from '../../tools/server.mjs'
import { rawHttp } from '../conformance/lib/wire.mjs'

let server
let folder
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roost-files-'))
  const args = ['--db', join(folder, 'demo.db'), '--log-level', 'error']
  server = await new Server({ path: binary('roost-demo'), args, port: await freePort(), ready: '/' }).start()
})
after(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

test('pages, scripts and styles have their types', async () => {
  const page = await get(server.base, '/clicks/')
  assert.match(page.headers['content-type'], /^text\/html/)
  const types = { js: /^text\/javascript/, css: /^text\/css/, svg: /^image\/svg\+xml/ }
  for (const [ending, type] of Object.entries(types)) {
    const path = new RegExp(`(?:src|href)="([^"]+\\.${ending})"`).exec(page.body)?.[1]
    assert.ok(path, `the page has no .${ending}`)
    const file = await get(server.base, new URL(path, `${server.base}/clicks/`).pathname)
    assert.equal(file.status, 200, path)
    assert.match(file.headers['content-type'], type)
  }
})

test('who has the file already gets 304', async () => {
  const { headers } = await get(server.base, '/chat/')
  assert.ok(headers.etag)
  const again = await get(server.base, '/chat/', { 'if-none-match': headers.etag })
  assert.equal(again.status, 304)
  assert.equal(again.body, '')
})

test('a file that is not there is 404', async () => assert.equal((await get(server.base, '/no/such/file.js')).status, 404))

for (const path of ['/../package.json', '/clicks/../../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/assets/..%5c..%5cpackage.json', '//etc/passwd', '/%00']) {
  test(`${path} leads nowhere`, async () => {
    const { status, body } = await rawHttp({ host: '127.0.0.1', port: server.port }, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close`)
    assert.ok(status === 400 || status === 403 || status === 404, `status ${status}`)
    assert.doesNotMatch(body, /roost-examples-web|root:/)
  })
}
