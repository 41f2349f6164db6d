import type { ReactNode } from 'react'
import { act } from '@testing-library/react'
import { createRealtime, type Realtime, type RealtimeOptions, type Registered } from '../../src/index.js'

type Frame = readonly [join_ref: string | null, ref: string | null, topic: string, event: string, payload: unknown]

/**
 * A server as seen by the real phoenix client: it is given `transport` instead of WebSocket, and the test
 * answers frame by frame. Nothing happens by itself, and no socket is opened.
 */
export class FakeServer {
  readonly frames: Frame[] = []
  readonly connections: FakeTransport[] = []
  readonly transport: new (url: string, protocols?: readonly string[]) => FakeTransport
  /** Whether a new connection opens by itself, in the turn after it was made. */
  accepting = true

  constructor() {
    const connections = this.connections
    const onConnect = (connection: FakeTransport) => this.#connected(connection)
    this.transport = class extends FakeTransport {
      constructor(url: string, protocols?: readonly string[]) {
        super(url, protocols)
        connections.push(this)
        onConnect(this)
      }
    }
  }

  /** A Realtime whose socket ends here. */
  realtime<C = Registered>(options: object = {}): Realtime<C> {
    return createRealtime<C>({
      url: 'ws://fake/socket',
      socket_options: { transport: this.transport },
      random: () => 0.5,
      ...options,
    } as RealtimeOptions<C>)
  }

  /** The frames of one event, on all topics or one. */
  sent(event: string, topic?: string): Frame[] {
    return this.frames.filter((frame) => frame[3] === event && (topic === undefined || frame[2] === topic))
  }

  /** Answers the latest unanswered frame of `event` on `topic`. */
  reply(topic: string, event: string, status: 'ok' | 'error', response: unknown = {}): Promise<void> {
    const frame = this.sent(event, topic).at(-1)
    if (!frame) throw new Error(`no ${event} on ${topic} to answer`)
    return this.deliver([frame[0], frame[1], topic, 'phx_reply', { status, response }])
  }

  broadcast(topic: string, event: string, payload: unknown): Promise<void> {
    return this.deliver([null, null, topic, event, payload])
  }

  /** A message to this client's present join of `topic`: presence_state, phx_error, phx_close. */
  push(topic: string, event: string, payload: unknown): Promise<void> {
    const join_ref = this.sent('phx_join', topic).at(-1)?.[1] ?? null
    return this.deliver([join_ref, null, topic, event, payload])
  }

  deliver(frame: Frame): Promise<void> {
    return act(async () => this.connection.onmessage?.({ data: JSON.stringify(frame) }))
  }

  /** The connection breaks; new ones are accepted or not as `accepting` says. */
  drop(): Promise<void> {
    return act(async () => this.connection.end(1006))
  }

  get connection(): FakeTransport {
    const connection = this.connections.at(-1)
    if (!connection) throw new Error('nobody connected')
    return connection
  }

  #connected(connection: FakeTransport): void {
    connection.onsend = (text) => void this.frames.push(JSON.parse(text) as Frame)
    const accepted = this.accepting
    queueMicrotask(() => (accepted ? connection.open() : connection.refuse()))
  }
}

/** A WebSocket as phoenix.js uses it. */
export class FakeTransport {
  readyState = 0
  onopen: (() => void) | undefined
  onerror: ((error: unknown) => void) | undefined
  onclose: ((event: unknown) => void) | undefined
  onmessage: ((event: { data: string }) => void) | undefined
  onsend: ((text: string) => void) | undefined
  /** Its other end does not answer a close. */
  is_stuck = false

  constructor(
    readonly url: string,
    readonly protocols?: readonly string[],
  ) {}

  open(): void {
    if (this.readyState !== 0) return
    this.readyState = 1
    this.onopen?.()
  }
  refuse(): void {
    if (this.readyState !== 0) return
    this.readyState = 3
    this.onerror?.(new Error('refused'))
    this.onclose?.({ code: 1006 })
  }
  end(code: number, reason = ''): void {
    this.readyState = 3
    this.onclose?.({ code, reason })
  }
  send(text: string): void {
    this.onsend?.(text)
  }
  close(code = 1000): void {
    if (this.readyState >= 2) return
    this.readyState = 2
    if (!this.is_stuck) queueMicrotask(() => this.end(code))
  }
}

/** Lets microtasks and `ms` of fake time pass, inside act. */
export function pass(vi: { advanceTimersByTimeAsync(ms: number): Promise<unknown> }, ms = 0): Promise<void> {
  return act(async () => void (await vi.advanceTimersByTimeAsync(ms)))
}

export type Children = { readonly children?: ReactNode }
