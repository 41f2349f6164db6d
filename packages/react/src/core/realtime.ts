import type { Random } from './backoff.js'
import type { ChannelStore, UntypedChannel } from './channel-types.js'
import type { Checks } from './checks.js'
import { real_clock, type Clock } from './clock.js'
import type { ConnectionSnapshot } from './connection.js'
import type { Entry, MetaOf, Registered, ReplyOf, Topic } from './contract.js'
import { createDiagnostics, isDevelopment, type Counters, type Diagnostics } from './diagnostics.js'
import { createLeases } from './leases.js'
import { Link } from './link.js'
import type { Params, SocketLike } from './phoenix.js'
import type { PresenceEntry } from './presence-sync.js'
import { Registry } from './registry.js'
import { makeSocket } from './socket.js'
import type { Store } from './store.js'
import { TokenSource, type FetchToken } from './token.js'

/** 200 ms: longer than a change of page takes, shorter than people notice that somebody is still there. */
const linger_ms_default = 200
/** 10 s: what phoenix.js gives a push. */
const push_timeout_ms_default = 10_000
/** 1 s: a shorter loss is over before anybody has read about it. */
const lost_after_ms_default = 1_000

interface CommonOptions<C> {
  /** How long a channel stays joined, and our own socket connected, after its last user has gone. */
  readonly linger_ms?: number
  readonly push_timeout_ms?: number
  /** How long a loss lasts before the connection tells `lost_since`. */
  readonly lost_after_ms?: number
  /** Ask again and again after a refused join, as phoenix.js does by itself. Default: no. */
  readonly rejoin_refused?: boolean
  /** What the server says is checked with these, by topic pattern; what does not fit is dropped and counted. */
  readonly checks?: Checks<NoInfer<C>>
  /** Whether to say in words what goes wrong, and to throw at a conflict of params. Default: what the bundler says. */
  readonly development?: boolean
  /** Time and chance of a test. */
  readonly clock?: Clock
  readonly random?: Random
}

/** We make the socket, connect it while it is used and disconnect it afterwards. */
export interface UrlOptions<C = Registered> extends CommonOptions<C> {
  /** As in phoenix.js, without the transport: "/socket" or "wss://host/socket". */
  readonly url: string
  /** Connect params; a function is evaluated at every connect. */
  readonly params?: Params
  /** Gives the token to connect with: before the first connect, before it ends, and after a refusal. */
  readonly auth?: FetchToken
  /** The connect param that the token goes into. Default: none, it is sent as phoenix.js sends its `authToken`. */
  readonly auth_param?: string
  /** What else the phoenix Socket takes, as it takes it: transport, heartbeatIntervalMs, longPollFallbackMs... */
  readonly socket_options?: object
}

/** The application's own socket: we connect it when it is used, and never disconnect it for good. */
export interface SocketOptions<C = Registered> extends CommonOptions<C> {
  readonly socket: SocketLike
}

export type RealtimeOptions<C = Registered> = UrlOptions<C> | SocketOptions<C>

/** A Realtime of any contract. */
export interface AnyRealtime {
  readonly connection: Store<ConnectionSnapshot>
  /** Connects, or shares the connection; the result gives the lease back. */
  acquire(this: void): () => void
  /** Ends the connection and opens a new one, so that changed connect params count; channels are rejoined. */
  reconnect(this: void): void
  /** What went wrong and was dropped, since the start. */
  counters(this: void): Counters
  /** For the hooks and adapters of this package: no contract, no promise to stay. */
  readonly internal: RealtimeInternal
}

export interface RealtimeInternal {
  readonly diagnostics: Diagnostics
  readonly clock: Clock
  channel(this: void, topic: string): UntypedChannel
  readonly registry: Registry
  readonly link: Link
}

/** What a server rendered, by topic: the join reply and the presences, as the page's own join would bring them. */
export type HydrationState<C = Registered> = {
  readonly [T in Topic<C>]?: { readonly response?: ReplyOf<Entry<C, T>>; readonly presence?: Readonly<Record<string, PresenceEntry<MetaOf<Entry<C, T>>>>> }
}

export interface Realtime<C = Registered> extends AnyRealtime {
  /** The one channel of `topic`; nothing is joined before somebody acquires it. */
  channel<T extends Topic<C>>(this: void, topic: T): ChannelStore<Entry<C, T>>
}

/** One connection to one server. Opens nothing by itself, so it may be made anywhere, also where pages are rendered. */
export function createRealtime<C = Registered>(options: RealtimeOptions<C>): Realtime<C> {
  const clock = options.clock ?? real_clock
  const linger_ms = options.linger_ms ?? linger_ms_default
  const diagnostics = createDiagnostics(options.development ?? isDevelopment())
  const on_open = () => {
    for (const channel of registry.used()) channel.rejoin()
  }
  const link = createLink(options, { clock, diagnostics, on_open })
  const registry: Registry = new Registry({
    link,
    clock,
    diagnostics,
    checks: options.checks as Checks | undefined,
    linger_ms,
    push_timeout_ms: options.push_timeout_ms ?? push_timeout_ms_default,
    rejoin_refused: options.rejoin_refused ?? false,
  })
  const leases = createLeases({ clock, linger_ms, first: link.open, last: link.close })
  const channel = (topic: string): UntypedChannel => registry.get(topic)
  return {
    connection: link.connection,
    channel: channel as unknown as Realtime<C>['channel'],
    acquire: leases.acquire,
    reconnect: link.reconnect,
    counters: diagnostics.counters,
    internal: { diagnostics, clock, channel, registry, link },
  }
}

interface LinkContext {
  readonly clock: Clock
  readonly diagnostics: Diagnostics
  readonly on_open: () => void
}

function createLink<C>(options: RealtimeOptions<C>, { clock, diagnostics, on_open }: LinkContext): Link {
  const random = options.random ?? Math.random
  const lost_after_ms = options.lost_after_ms ?? lost_after_ms_default
  if ('socket' in options && options.socket) {
    const { socket } = options
    const link = new Link({ socket: () => socket, is_ours: false, token: undefined, clock, random, lost_after_ms, on_open })
    if (link.socket.connectionState() === 'open') link.connection.become('open')
    return link
  }
  const { url, params = {}, auth, auth_param, socket_options = {} } = options as UrlOptions<C>
  if (typeof url !== 'string' || url === '') throw new TypeError('@roost/react: createRealtime needs a url, or a socket')
  const token = auth && new TokenSource(auth, clock)
  const socket = () => makeSocket({ url, params, token, auth_param, socket_options, random, diagnostics })
  return new Link({ socket, is_ours: true, token, clock, random, lost_after_ms, on_open })
}
