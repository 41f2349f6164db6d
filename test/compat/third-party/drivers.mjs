// One small interface over clients of other makers (and old ones of Phoenix itself), so that one list of tests fits them all:
//   connect(base, user, heartbeatMs)   a connection with {join, disconnect, transport: the WebSocket that it has now}
//   join(topic, payload)               [status, channel or reason]
//   channel: push(event, payload)      [status, response]
//            on(event, callback)
//            presences()               the keys that the client holds as present, where it knows presence
import { createRequire } from 'node:module'
import WebSocket from 'ws'
import '../../conformance/lib/clients.mjs' // gives the XMLHttpRequest that long polling asks for

const require = createRequire(import.meta.url)
const DELAY_MS = 30 // before a client connects or joins again

globalThis.window ??= globalThis // phoenix-socket asks for it

export const drivers = [
  ...like('phoenix 1.2.1', 'V1', require('phoenix-1-2'), { make: presenceFunctions, longpoll: false }),
  ...like('phoenix 1.3.5', 'V2', require('phoenix-1-3'), { make: presenceFunctions }),
  ...like('phoenix 1.4.18', 'V2', require('phoenix-1-4'), { make: presenceObject }),
  ...like('phoenix 1.5.14', 'V2', require('phoenix-1-5'), { make: presenceObject }),
  ...like('phoenix 1.6.16', 'V2', require('phoenix-1-6'), { make: presenceObject }),
  ...like('phoenix-channels 1.0.0', 'V1', require('phoenix-channels'), { make: presenceFunctions, transport: undefined }), // brings its own
  ...like('phoenix-socket 1.2.3', 'V1', require('phoenix-socket'), { make: presenceFunctions, longpoll: false }),
  supabase('@supabase/realtime-js 2.10.9', 'V1', require('realtime-js-2-10'), (channel, ...message) => channel._push(...message), {}),
  supabase('@supabase/realtime-js 2.119.0', 'V2', require('realtime-js'), (channel, ...message) => channel.channelAdapter.push(...message), { transport: WebSocket, params: { apikey: 'none' } }),
]

function outcome(push) {
  return new Promise((resolve) => {
    for (const status of ['ok', 'error', 'timeout']) push.receive(status, (response) => resolve([status, response]))
  })
}

/**
 * A client with the interface of phoenix.js: Socket, Channel, push().receive(); on each transport that it has. `longpoll` is false for
 * those that expect the messages in the answer to a poll as objects, where Phoenix sends strings since 1.3 (PROTOCOL L4).
 */
function like(name, vsn, library, { make, transport = WebSocket, longpoll = !!library.LongPoll }) {
  const connectBy = (transport, mount) => (base, user, heartbeatIntervalMs) => {
    const socket = new library.Socket(base.replace(/^http/, 'ws') + mount, {
      ...(transport && { transport }),
      params: { user_id: user },
      reconnectAfterMs: () => DELAY_MS,
      rejoinAfterMs: () => DELAY_MS,
      heartbeatIntervalMs,
      timeout: 5000,
    })
    socket.connect()
    return {
      async join(topic, payload = {}) {
        const channel = socket.channel(topic, payload)
        channel.rejoinTimer.timerCalc = () => DELAY_MS // where it is no option yet
        const presences = make(library.Presence, channel)
        const [status, response] = await outcome(channel.join())
        if (status !== 'ok') return [status, response]
        return [status, { response, presences, push: (event, body = {}) => outcome(channel.push(event, body)), on: (event, callback) => channel.on(event, callback) }]
      },
      transport: () => socket.conn,
      disconnect: () => new Promise((resolve) => socket.disconnect(resolve)),
    }
  }
  const list = [{ name, vsn, transport: 'websocket', connect: connectBy(transport, '/socket') }]
  // On a mount with a short window: who only stops to poll is found to be gone after one and a half of it.
  if (longpoll) list.push({ name, vsn, transport: 'longpoll', connect: connectBy(library.LongPoll, '/socket_poll') })
  return list
}

/** Up to 1.3, presence is a pair of functions. */
function presenceFunctions(Presence, channel) {
  let state = {}
  channel.on('presence_state', (next) => (state = Presence.syncState(state, next)))
  channel.on('presence_diff', (diff) => (state = Presence.syncDiff(state, diff)))
  return () => Object.keys(state)
}

function presenceObject(Presence, channel) {
  const presence = new Presence(channel)
  return () => Object.keys(presence.state)
}

/**
 * Supabase's client puts its own words around channels; beneath them it speaks Phoenix's protocol. 2.10 does not open if a transport is
 * given, and sends its token with every heartbeat to every channel, as an event of its own (which the contract app takes for an error);
 * 2.119 demands an API key.
 */
function supabase(name, vsn, library, push, options) {
  const connect = (base, user, heartbeatIntervalMs) => {
    const client = new library.RealtimeClient(`${base.replace(/^http/, 'ws')}/socket`, {
      ...options,
      params: { ...options.params, user_id: user },
      reconnectAfterMs: () => DELAY_MS,
      heartbeatIntervalMs,
      timeout: 5000,
    })
    client.connect()
    return {
      // Its channel() puts "realtime:" before every topic; the class itself does not.
      async join(topic) {
        const channel = new library.RealtimeChannel(topic, { config: {} }, client)
        client.channels.push(channel)
        channel.on('presence', { event: 'sync' }, () => {})
        const [status, reason] = await new Promise((resolve) =>
          channel.subscribe((status, error) => {
            if (status === 'SUBSCRIBED') resolve(['ok'])
            else if (status === 'CHANNEL_ERROR') resolve(['error', error])
          }))
        if (status !== 'ok') return [status, reason]
        return ['ok', {
          presences: () => Object.keys(channel.presenceState()),
          push: (event, body = {}) => outcome(push(channel, event, body)),
          // Its own broadcasts are events "broadcast" with the real name inside.
          on: (event, callback) => channel.on('broadcast', { event }, ({ payload }) => callback(payload)),
        }]
      },
      transport: () => (client.socketAdapter?.getSocket() ?? client).conn,
      disconnect: () => client.disconnect(),
    }
  }
  return { name, vsn, transport: 'websocket', connect, supabase: true }
}
