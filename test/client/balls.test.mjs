// examples/balls: an engine with a main loop of its own, seen by the official client.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Presence } from 'phoenix'
import { binary, freePort, get, Server } from '../../tools/server.mjs'
import { collect, connect, outcome, until } from './support.mjs'

let server
before(async () => {
  server = new Server({ path: binary('balls'), args: ['--log-level', 'warn', '--shards', '2'], port: await freePort(), ready: '/' })
  await server.start()
})
after(() => server.stop())

test('turns arrive, kicks are answered, viewers are seen', async (t) => {
  const ann = connect(t, server.base, { params: { name: 'ann' } }).channel('balls')
  const bob = connect(t, server.base, { params: { name: 'bob' } }).channel('balls')
  const presence = new Presence(ann)
  const states = collect(ann, 'state')
  const [status, state] = await outcome(ann.join())
  assert.equal(status, 'ok')
  assert.equal(state.balls.length, 24)
  const [first, second] = await states.of(2)
  assert.equal(second.turn, first.turn + 1)
  assert.equal((await outcome(bob.join()))[0], 'ok')
  await until(() => presence.list((name) => name).sort().join() === 'ann,bob', 'ann and bob are there')
  const [kicked, { turn }] = await outcome(bob.push('kick', { x: 0.5, y: 0.5 }))
  assert.equal(kicked, 'ok')
  assert.ok(turn >= first.turn)
})

test('the page and the client are served, and the state is told', async () => {
  assert.match((await get(server.base, '/')).body, /<canvas/)
  assert.match((await get(server.base, '/phoenix/phoenix.mjs')).body, /export/)
  const told = await get(server.base, '/state')
  assert.equal(told.status, 200)
  assert.equal(JSON.parse(told.body).balls.length, 24)
})

test('a signal ends it in order', async () => {
  assert.deepEqual(await server.stop('SIGTERM'), { code: 0, signal: null })
})
