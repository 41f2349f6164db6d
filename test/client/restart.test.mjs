// What clients see when the server goes away and comes back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contractServer } from '../../tools/server.mjs'
import { collect, connect, fresh, joined, outcome, until } from './support.mjs'

/** Two members of a room, on a server of their own. */
async function room(t) {
  const server = await contractServer({ shards: 2 })
  t.after(() => server.stop('SIGKILL'))
  const topic = fresh()
  const sockets = [connect(t, server.base, { user: 'ada' }), connect(t, server.base, { user: 'bob' })]
  const closes = sockets.map((socket) => {
    const list = []
    socket.onClose((event) => list.push(event.code))
    return list
  })
  const members = [await joined(sockets[0], topic), await joined(sockets[1], topic)]
  return { server, sockets, members, closes }
}

async function talkWorks([ada, bob]) {
  await until(() => ada.state === 'joined' && bob.state === 'joined', 'both have joined again')
  const heard = collect(bob, 'new_msg')
  ada.push('new_msg', { hello: 'again' })
  assert.deepEqual(await heard.of(1), [{ hello: 'again' }])
}

test('after a kill and a restart the clients come back by themselves', async (t) => {
  const { server, members, closes } = await room(t)
  assert.equal((await server.stop('SIGKILL')).signal, 'SIGKILL')
  await until(() => closes.every((list) => list.length > 0), 'both sockets notice')
  await server.start()
  await talkWorks(members)
})

test('what was pushed while the server was away arrives after the restart', async (t) => {
  const { server, members, closes } = await room(t)
  await server.stop('SIGKILL')
  await until(() => closes.every((list) => list.length > 0), 'both sockets notice')
  const answer = outcome(members[0].push('echo', { kept: true }, 15000))
  await server.start()
  assert.deepEqual(await answer, ['ok', { kept: true }])
})

test('a server that is asked to stop says 1012 to every client and ends with status 0 at once', async (t) => {
  const { server, closes } = await room(t)
  const start = Date.now()
  assert.deepEqual(await server.stop('SIGTERM'), { code: 0, signal: null })
  assert.ok(Date.now() - start < 2000, `took ${Date.now() - start} ms`)
  await until(() => closes.every((list) => list.length > 0), 'both sockets notice')
  assert.deepEqual(closes.map((list) => list[0]), [1012, 1012])
})

test('clients of a server that was stopped come back to its successor', async (t) => {
  const { server, members, closes } = await room(t)
  await server.stop('SIGTERM')
  await until(() => closes.every((list) => list.length > 0), 'both sockets notice')
  await server.start()
  await talkWorks(members)
})

test('Ctrl-C is a clean stop', async (t) => {
  const { server } = await room(t)
  assert.deepEqual(await server.stop('SIGINT'), { code: 0, signal: null })
})
