// authToken: a token that travels beside the URL, in a subprotocol or a header, and is asked for at every connect. PROTOCOL A3-A9, L14.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LongPoll } from 'phoenix'
import WebSocket from 'ws'
import { contractServer } from '../../tools/server.mjs'
import '../conformance/lib/clients.mjs' // gives the client's long poll its XMLHttpRequest
import { request } from '../conformance/lib/poll.mjs'
import { connect, fresh, joined, outcome, until } from './support.mjs'

let server
before(async () => (server = await contractServer({ shards: 2 })))
after(() => server.stop())

const mount = '/socket_auth'
const endpoint = () => ({ host: '127.0.0.1', port: server.port })
const disconnect = (id) => request(endpoint(), 'POST', '/api/disconnect', { body: JSON.stringify({ id }) })

for (const [name, transport] of Object.entries({ websocket: WebSocket, longpoll: LongPoll })) {
  test(`${name}: the server knows the client by its token, which is not in the URL`, async (t) => {
    const authToken = `ada.${'x'.repeat(500)}.signature+/=`
    const socket = connect(t, server.base, { mount, transport, user: 'somebody else', authToken })
    const channel = await joined(socket, fresh())
    assert.deepEqual(await outcome(channel.push('whoami', {})), ['ok', { user_id: authToken }])
    assert.ok(!socket.endPointURL().includes('ada'))
  })

  test(`${name}: a token that is a function is asked for again at a reconnect`, async (t) => {
    let asked = 0
    const user = `token-${name}-${process.pid}`
    const socket = connect(t, server.base, { mount, transport, authToken: () => `${user}-${++asked}` })
    const channel = await joined(socket, fresh())
    await disconnect(`users_socket:${user}-1`)
    await until(async () => {
      const answer = outcome(channel.push('whoami', {}, 500))
      return (await answer)[1]?.user_id === `${user}-2`
    }, 'the new connection has a new token', 15_000)
  })
}

/** {status} of a refusal, or {protocol} of an open connection. */
function attempt(protocols) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${mount}/websocket?vsn=2.0.0`, protocols)
    socket.once('open', () => (socket.terminate(), resolve({ protocol: socket.protocol })))
    socket.once('unexpected-response', (_, response) => resolve({ status: response.statusCode })).once('error', reject)
  })
}

test('the subprotocol is "phoenix", whether there is a token or not', async () => {
  assert.deepEqual(await attempt(['phoenix', `base64url.bearer.phx.${Buffer.from('ada').toString('base64url')}`]), { protocol: 'phoenix' })
  assert.deepEqual(await attempt(['phoenix']), { protocol: 'phoenix' })
  assert.deepEqual(await attempt([]), { protocol: '' })
})

test('a token that is no base64, and protocols that are not phoenix, are refused with 403', async () => {
  assert.deepEqual(await attempt(['phoenix', 'base64url.bearer.phx.!!!']), { status: 403 })
  assert.deepEqual(await attempt(['mqtt']), { status: 403 })
})
