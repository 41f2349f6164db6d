// The official client outside of a browser, with short delays, and promises around its callbacks.
import { after } from 'node:test'
import { Socket } from 'phoenix'
import WebSocket from 'ws'
import { get } from '../../tools/server.mjs'
import { stopTimers } from './timers.mjs'
import { until } from './until.mjs'

export { until }

after(stopTimers)

/** A socket for `base`, connected; `t.after` disconnects it. */
export function connect(t, base, { user = 'anon', mount = '/socket', params = {}, ...options } = {}) {
  const socket = new Socket(base.replace(/^http/, 'ws') + mount, {
    transport: WebSocket,
    params: { user_id: user, ...params },
    reconnectAfterMs: () => 50,
    rejoinAfterMs: () => 50,
    timeout: 5000,
    ...options,
  })
  t.after(() => new Promise((done) => socket.disconnect(done)))
  socket.connect()
  return socket
}

/** [status, response] of a push or join. */
export function outcome(push) {
  return new Promise((resolve) => {
    for (const status of ['ok', 'error', 'timeout']) push.receive(status, (response) => resolve([status, response]))
  })
}

/** Joins, expects ok, gives the channel. */
export async function joined(socket, topic, payload = {}) {
  const channel = socket.channel(topic, payload)
  const [status, response] = await outcome(channel.join())
  if (status !== 'ok') throw new Error(`join of ${topic}: ${status} ${JSON.stringify(response)}`)
  return channel
}

/** All payloads of an event from now on; `of(n)` waits until there are n. */
export function collect(channel, event) {
  const list = []
  channel.on(event, (payload) => list.push(payload))
  return { list, of: async (count) => (await until(() => list.length >= count, `${count} times ${event}`), list) }
}

/** What the contract server's counter is at, `roost_limit_hits_total{limit="joins"}` for instance. */
export async function counter(base, series) {
  const { body } = await get(base, '/metrics')
  const line = body.split('\n').find((line) => line.startsWith(`${series} `))
  if (!line) throw new Error(`no such series: ${series}`)
  return Number(line.slice(series.length))
}

let count = 0
/** A topic that no other test uses. */
export const fresh = (kind = 'room') => `${kind}:client-${process.pid}-${++count}`
