import { Socket } from 'phoenix'
import type { ChannelStore } from './channel-types.js'
import { watchConnection, type Connection, type ConnectionSnapshot } from './connection.js'
import { createLeases } from './leases.js'
import type { Params, SocketLike } from './phoenix.js'
import { Registry } from './registry.js'
import type { Store } from './store.js'

/** 200 ms: longer than a change of page takes, shorter than people notice that somebody is still there. */
const linger_ms_default = 200
/** 10 s: what phoenix.js gives a push. */
const push_timeout_ms_default = 10_000

interface CommonOptions {
  /** How long a channel stays joined, and our own socket connected, after its last user has gone. */
  readonly linger_ms?: number
  readonly push_timeout_ms?: number
  /** Ask again and again after a refused join, as phoenix.js does by itself. Default: no. */
  readonly rejoin_refused?: boolean
}

/** We make the socket, connect it while it is used and disconnect it afterwards. */
export interface UrlOptions extends CommonOptions {
  /** As in phoenix.js, without the transport: "/socket" or "wss://host/socket". */
  readonly url: string
  /** Connect params; a function is evaluated at every connect. */
  readonly params?: Params
  /** What else the phoenix Socket takes, as it takes it: transport, heartbeatIntervalMs, longPollFallbackMs... */
  readonly socket_options?: object
}

/** The application's own socket: we connect it when it is used, and never disconnect it. */
export interface SocketOptions extends CommonOptions {
  readonly socket: SocketLike
}

export type RealtimeOptions = UrlOptions | SocketOptions

export interface Realtime {
  readonly connection: Store<ConnectionSnapshot>
  /** The one channel of `topic`; nothing is joined before somebody acquires it. */
  channel(this: void, topic: string): ChannelStore
  /** Connects, or shares the connection; the result gives the lease back. */
  acquire(this: void): () => void
  /** Ends the connection and opens a new one, so that changed connect params count; channels are rejoined. */
  reconnect(this: void): void
}

export function createRealtime(options: RealtimeOptions): Realtime {
  const socket = 'socket' in options ? options.socket : makeSocket(options)
  const connection = watchConnection(socket)
  const linger_ms = options.linger_ms ?? linger_ms_default
  const registry = new Registry({
    socket,
    connection,
    linger_ms,
    push_timeout_ms: options.push_timeout_ms ?? push_timeout_ms_default,
    rejoin_refused: options.rejoin_refused ?? false,
  })
  const release = () => {
    if (!('socket' in options)) disconnect(socket, connection)
  }
  const leases = createLeases(linger_ms, () => connect(socket, connection), release)
  return {
    connection,
    channel: (topic) => registry.get(topic),
    acquire: leases.acquire,
    reconnect() {
      if (leases.count > 0) disconnect(socket, connection, () => socket.connect())
    },
  }
}

function makeSocket({ url, params = {}, socket_options = {} }: UrlOptions): SocketLike {
  return new Socket(url, { ...socket_options, params }) as SocketLike
}

function connect(socket: SocketLike, connection: Connection): void {
  if (socket.connectionState() === 'open') return
  connection.connecting()
  socket.connect()
}

function disconnect(socket: SocketLike, connection: Connection, then?: () => void): void {
  connection.connecting()
  socket.disconnect(then)
}
