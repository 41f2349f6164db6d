// Long polls that the official client does not send, or only in bad luck (PROTOCOL §6).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { contractServer } from '../../tools/server.mjs'
import { rawHttp } from '../conformance/lib/wire.mjs'
import { Poll, request } from '../conformance/lib/poll.mjs'
import { fresh } from './support.mjs'

let server
before(async () => (server = await contractServer({ shards: 4 })))
after(() => server.stop())

const endpoint = () => ({ host: '127.0.0.1', port: server.port })
const line = (...message) => JSON.stringify(message)
const heartbeat = (ref) => line(null, ref, 'phoenix', 'heartbeat', {})
const ndjson = { 'content-type': 'application/x-ndjson' }

/** The refs of all messages that come until the poll has none. */
async function refs(poll) {
  const all = []
  for (;;) {
    const { json } = await poll.rawGet()
    all.push(...json.messages.map((text) => JSON.parse(text)[1]))
    if (json.status === 204) return all
  }
}

test('L7: lines before an undecodable one are handled, and the session lives on', async () => {
  const poll = await new Poll(endpoint(), '/socket_poll').open()
  const topic = fresh()
  const body = [line('1', '1', topic, 'phx_join', {}), line('1', '2', topic, 'echo', {}), '!!!', heartbeat('3')].join('\n')
  const { status, json, headers } = await poll.rawPost(body, { headers: ndjson })
  assert.equal(status, 500)
  assert.equal(json.status, 500, 'L17: phoenix.js stops polling at JSON without a status')
  assert.equal(headers['access-control-allow-origin'], '*')
  assert.deepEqual(await refs(poll), ['1', '2'])
  assert.deepEqual((await poll.rawPost(heartbeat('4'))).json, { status: 200 })
})

test('L7: each line has a window of its own', async () => {
  const poll = await new Poll(endpoint(), '/socket_short').open()
  const joins = ['1', '2'].map((ref) => line(ref, ref, fresh(), 'phx_join', { delay: 600 }))
  const { json } = await poll.rawPost([...joins, heartbeat('3')].join('\n'), { headers: ndjson })
  assert.deepEqual(json, { status: 200 })
  assert.deepEqual(await refs(poll), ['1', '2', '3'])
})

test('L17: where there is no long poll, the client of today comes to no JSON', async () => {
  const { status, text } = await request(endpoint(), 'GET', '/socket_protocols/longpoll?vsn=2.0.0')
  assert.deepEqual([status, text], [404, ''])
})

test('L17: a crash in connect has a status in its JSON', async () => {
  const { status, json } = await request(endpoint(), 'GET', '/socket/longpoll?vsn=2.0.0&reject=raise')
  assert.equal(status, 500)
  assert.equal(json.status, 500)
})

test('a body that is too long for a session is none of its business when there is no session', async () => {
  const { json } = await request(endpoint(), 'POST', '/socket/longpoll?vsn=2.0.0&token=none', { body: 'x'.repeat(8_100_000) })
  assert.deepEqual(json, { status: 410 })
})

test('beyond what the HTTP parser takes it gets the same empty 400', async () => {
  const answers = []
  for (const length of [8_500_000, 9_500_000]) {
    const poll = await new Poll(endpoint(), '/socket').open()
    const { status, text, headers } = await poll.rawPost('x'.repeat(length))
    answers.push([status, text, headers['access-control-allow-origin']])
  }
  assert.deepEqual(answers, [[400, '', '*'], [400, '', '*']])
})

test('other methods get 400 with whatever body', async () => {
  const { status } = await request(endpoint(), 'PUT', '/socket/longpoll?vsn=2.0.0', { body: 'x'.repeat(20_000) })
  assert.equal(status, 400)
})

test('a preflight names all headers that were asked for', async () => {
  const head = 'OPTIONS /socket/longpoll HTTP/1.1\r\nHost: a\r\nAccess-Control-Request-Headers: x-a\r\nAccess-Control-Request-Headers: x-b'
  const { headers } = await rawHttp(endpoint(), head)
  assert.equal(headers['access-control-allow-headers'], 'x-a, x-b')
})

test('U4: a query that cannot be decoded gets 400 before anything else is looked at', async () => {
  assert.equal((await request(endpoint(), 'OPTIONS', '/socket/longpoll?x=%ff')).status, 400)
})
