import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'

type Json = Record<string, unknown>
type Meta = Json & { phx_ref: string }

export type Answer = { readonly ok: Json } | { readonly error: Json }

/** One client's socket with its connect params. */
export interface Client {
  readonly params: URLSearchParams
}

/** What a topic does; each function may use the server's broadcast, track and so on. */
export interface Topic {
  join(client: Client, topic: string, payload: Json): Answer
  joined?(client: Client, topic: string): void
  handle(client: Client, topic: string, event: string, payload: Json): Answer | undefined
}

interface Connected extends Client {
  readonly socket: WebSocket
  readonly joins: Map<string, string>
}

/**
 * The least of a Phoenix server: V2 JSON over WebSocket, joins, replies, broadcasts and presence on one node.
 * For tests and for looking at pages without the real server; no limits, no origin check, 127.0.0.1 only.
 */
export class PhoenixServer {
  readonly #clients = new Set<Connected>()
  readonly #presence = new Map<string, Map<string, Map<Client, Meta>>>()
  readonly #topic: (name: string) => Topic | undefined
  #http: Server | undefined
  #refs = 0

  constructor(topic: (name: string) => Topic | undefined) {
    this.#topic = topic
  }

  /** Listens on `port` (0: any) and returns the port; `files` answers what is not the socket. */
  async listen(port = 0, files: RequestListener = (_request, response) => void response.writeHead(404).end()): Promise<number> {
    const http = createServer(files)
    const sockets = new WebSocketServer({ server: http, path: '/socket/websocket' })
    sockets.on('connection', (socket, request) => {
      this.#accept(socket, new URL(request.url ?? '/', 'http://localhost').searchParams)
    })
    await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve))
    this.#http = http
    return (http.address() as AddressInfo).port
  }

  /** Ends all connections at once, as a crash would, and listens no more. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.socket.terminate()
    const http = this.#http
    this.#http = undefined
    if (http) await new Promise((resolve) => http.close(resolve))
  }

  broadcast(topic: string, event: string, payload: Json): void {
    for (const client of this.#clients) {
      if (client.joins.has(topic)) this.#send(client, [null, null, topic, event, payload])
    }
  }

  pushState(client: Client, topic: string): void {
    const connected = client as Connected
    this.#send(connected, [connected.joins.get(topic), null, topic, 'presence_state', this.#state(topic)])
  }

  /** Tracks this client under `key`; a second call updates its meta. */
  track(client: Client, topic: string, key: string, meta: Json): void {
    const keys = getOr(this.#presence, topic, () => new Map<string, Map<Client, Meta>>())
    const metas = getOr(keys, key, () => new Map<Client, Meta>())
    const before = metas.get(client)
    this.#refs += 1
    const now: Meta = { ...meta, phx_ref: `ref${this.#refs}`, ...(before && { phx_ref_prev: before.phx_ref }) }
    metas.set(client, now)
    this.#diff(topic, { [key]: { metas: [now] } }, before ? { [key]: { metas: [before] } } : {})
  }

  #accept(socket: WebSocket, params: URLSearchParams): void {
    const client: Connected = { socket, params, joins: new Map() }
    this.#clients.add(client)
    socket.on('message', (data) => this.#receive(client, JSON.parse(String(data)) as unknown[]))
    socket.on('close', () => {
      this.#clients.delete(client)
      for (const topic of client.joins.keys()) this.#untrack(client, topic)
    })
  }

  #receive(client: Connected, [join_ref, ref, topic, event, payload]: unknown[]): void {
    const name = String(topic)
    const reply = (answer: Answer) => {
      const [status, response] = 'ok' in answer ? ['ok', answer.ok] : ['error', answer.error]
      this.#send(client, [join_ref, ref, name, 'phx_reply', { status, response }])
    }
    if (event === 'heartbeat') return reply({ ok: {} })
    if (event === 'phx_join') return this.#join(client, String(join_ref), name, payload as Json, reply)
    if (!client.joins.has(name)) return reply(event === 'phx_leave' ? { ok: {} } : { error: { reason: 'unmatched topic' } })
    if (event === 'phx_leave') return this.#leave(client, name, reply)
    const answer = this.#topic(name)?.handle(client, name, String(event), payload as Json)
    if (answer) reply(answer)
  }

  #join(client: Connected, join_ref: string, name: string, payload: Json, reply: (answer: Answer) => void): void {
    const topic = this.#topic(name)
    const answer = topic?.join(client, name, payload) ?? { error: { reason: 'unmatched topic' } }
    if ('ok' in answer) client.joins.set(name, join_ref)
    reply(answer)
    if ('ok' in answer) topic?.joined?.(client, name)
  }

  #leave(client: Connected, name: string, reply: (answer: Answer) => void): void {
    reply({ ok: {} })
    this.#send(client, [client.joins.get(name), client.joins.get(name), name, 'phx_close', {}])
    client.joins.delete(name)
    this.#untrack(client, name)
  }

  #untrack(client: Client, topic: string): void {
    for (const [key, metas] of this.#presence.get(topic) ?? []) {
      const meta = metas.get(client)
      if (!meta) continue
      metas.delete(client)
      if (metas.size === 0) this.#presence.get(topic)?.delete(key)
      this.#diff(topic, {}, { [key]: { metas: [meta] } })
    }
  }

  #state(topic: string): Json {
    const keys = [...(this.#presence.get(topic) ?? [])]
    return Object.fromEntries(keys.map(([key, metas]) => [key, { metas: [...metas.values()] }]))
  }

  #diff(topic: string, joins: Json, leaves: Json): void {
    this.broadcast(topic, 'presence_diff', { joins, leaves })
  }

  #send(client: Connected, frame: unknown[]): void {
    client.socket.send(JSON.stringify(frame))
  }
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}
