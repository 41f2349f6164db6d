import type { Clock } from '../core/clock.js'
import { evaluate } from '../core/params.js'
import type { ChannelLike, Params, Payload, PushLike, SocketLike } from '../core/phoenix.js'

export type Answer = { readonly status: 'ok' | 'error'; readonly response: unknown }

/** What the sockets of a test talk to. undefined: no answer. */
export interface Backend {
  join(channel: TestChannel): Answer | undefined
  leave(channel: TestChannel): void
  /** A joined channel is over: left, lost, crashed or closed. */
  gone(channel: TestChannel): void
  push(channel: TestChannel, event: string, payload: Payload): Answer | undefined
  /** Runs `work` in a moment, as if a frame had come. */
  later(work: () => void): void
}

/** 100 ms: how long a lost connection, or a lost channel, is left alone before it is tried again. */
const retry_ms = 100

/** A phoenix Socket whose server is in the same process. It keeps the rules of the real one that a page can notice. */
export class TestSocket implements SocketLike {
  readonly backend: Backend
  readonly clock: Clock
  readonly channels = new Set<TestChannel>()
  accepting = true
  #state: 'closed' | 'connecting' | 'open' = 'closed'
  #wanted = false
  #refs = 0
  readonly #open = new Map<string, () => void>()
  readonly #close = new Map<string, (event: CloseEvent) => void>()
  readonly #error = new Map<string, (error: unknown) => void>()
  readonly #message = new Map<string, (message: object) => void>()

  constructor(backend: Backend, clock: Clock) {
    this.backend = backend
    this.clock = clock
  }

  connect(): void {
    this.#wanted = true
    if (this.#state !== 'closed') return
    this.#state = 'connecting'
    this.backend.later(() => this.#decide())
  }

  disconnect(callback?: () => void): void {
    this.#wanted = false
    this.#end({ code: 1000, reason: '' })
    callback?.()
  }

  connectionState(): string {
    return this.#state
  }

  channel(topic: string, params: Params = {}): TestChannel {
    return new TestChannel(this, topic, params)
  }

  ping(callback: (round_trip_ms: number) => void): boolean {
    if (this.#state !== 'open') return false
    this.backend.later(() => callback(0))
    return true
  }

  onOpen(callback: () => void): string {
    return this.#add(this.#open, callback)
  }
  onClose(callback: (event: CloseEvent) => void): string {
    return this.#add(this.#close, callback)
  }
  onError(callback: (error: unknown) => void): string {
    return this.#add(this.#error, callback)
  }
  onMessage(callback: (message: object) => void): string {
    return this.#add(this.#message, callback)
  }
  off(refs: string[]): void {
    for (const map of [this.#open, this.#close, this.#error, this.#message]) for (const ref of refs) map.delete(ref)
  }

  makeRef(): string {
    this.#refs += 1
    return String(this.#refs)
  }

  /** The connection breaks. It is tried again by itself. */
  drop(event: { code: number; reason: string }): void {
    this.#end(event)
    this.#retry()
  }

  tell(message: object): void {
    for (const callback of [...this.#message.values()]) callback(message)
  }

  #decide(): void {
    if (this.#state !== 'connecting') return
    if (!this.accepting) {
      this.#state = 'closed'
      for (const callback of [...this.#error.values()]) callback(new Error('refused'))
      for (const callback of [...this.#close.values()]) callback({ code: 1006, reason: '' } as CloseEvent)
      return this.#retry()
    }
    this.#state = 'open'
    for (const callback of [...this.#open.values()]) callback()
    for (const channel of [...this.channels]) channel.rejoin()
  }

  #retry(): void {
    this.clock.after(retry_ms, () => {
      if (this.#wanted) this.connect()
    })
  }

  #end(event: { code: number; reason: string }): void {
    const was_open = this.#state === 'open'
    this.#state = 'closed'
    if (!was_open) return
    for (const channel of [...this.channels]) channel.lost({ source: 'transport', reason: 'connection_closed' })
    for (const callback of [...this.#close.values()]) callback(event as CloseEvent)
  }

  #add<T>(map: Map<string, T>, callback: T): string {
    const ref = this.makeRef()
    map.set(ref, callback)
    return ref
  }
}

type Callback = (...args: unknown[]) => void

/** A phoenix Channel of that socket. */
export class TestChannel implements ChannelLike {
  readonly socket: TestSocket
  readonly topic: string
  onMessage?: (event: string, payload: unknown, ref: unknown) => unknown
  join_ref = ''
  /** Of the last join. */
  params: Payload = {}
  readonly #params: Params
  readonly #bindings: { event: string; callback: Callback }[] = []
  readonly #join = new TestPush()
  #state: 'closed' | 'joining' | 'joined' | 'errored' = 'closed'

  constructor(socket: TestSocket, topic: string, params: Params) {
    this.socket = socket
    this.topic = topic
    this.#params = params
  }

  join(): PushLike {
    this.socket.channels.add(this)
    this.#state = 'errored'
    this.rejoin()
    return this.#join
  }

  leave(): PushLike {
    const push = new TestPush()
    if (!this.socket.channels.delete(this)) return push
    if (this.#state !== 'closed') this.socket.backend.leave(this)
    this.#become('closed')
    return push
  }

  push(event: string, payload: Payload): PushLike {
    const push = new TestPush()
    const { join_ref } = this
    // As a frame would be: a copy that the page cannot change afterwards; what is no JSON throws here.
    const sent = JSON.parse(JSON.stringify(payload)) as Payload
    this.socket.backend.later(() => {
      if (this.#state !== 'joined' || this.join_ref !== join_ref) return
      const answer = this.socket.backend.push(this, event, sent)
      if (answer) this.socket.backend.later(() => (this.join_ref === join_ref ? push.answer(answer) : undefined))
    })
    return push
  }

  on(event: string, callback: Callback): number {
    return this.#bindings.push({ event, callback })
  }
  off(event: string): void {
    for (let i = this.#bindings.length - 1; i >= 0; i -= 1) if (this.#bindings[i]?.event === event) this.#bindings.splice(i, 1)
  }
  onClose(callback: Callback): void {
    this.on('phx_close', callback)
  }
  onError(callback: Callback): void {
    this.on('phx_error', callback)
  }

  get is_joined(): boolean {
    return this.#state === 'joined'
  }

  /** Joins, when it is not joined and can be. */
  rejoin(): void {
    if (this.#state !== 'errored' || this.socket.connectionState() !== 'open') return
    this.#state = 'joining'
    this.join_ref = this.socket.makeRef()
    const { join_ref } = this
    this.params = JSON.parse(JSON.stringify(evaluate(this.#params))) as Payload
    this.socket.backend.later(() => {
      if (this.join_ref !== join_ref || this.#state !== 'joining') return
      const answer = this.socket.backend.join(this)
      if (!answer) return
      this.#state = answer.status === 'ok' ? 'joined' : 'errored'
      this.#join.answer(answer)
      if (this.#state === 'errored') this.#retry()
    })
  }

  /** A message of the server. */
  receive(event: string, payload: unknown): void {
    if (this.#state !== 'joined') return
    this.socket.tell({ join_ref: this.join_ref, ref: null, topic: this.topic, event, payload })
    if (event === 'phx_close') {
      this.#become('closed')
      this.socket.channels.delete(this)
    }
    if (event === 'phx_error') return this.lost(payload, true)
    this.#trigger(event, payload)
  }

  /** Its join is over; after a crash, with the connection still there, it is tried again. */
  lost(reason: unknown, crashed = false): void {
    if (this.#state === 'closed' || this.#state === 'errored') return
    this.#become('errored')
    this.#trigger('phx_error', reason)
    if (crashed) this.#retry()
  }

  #become(state: 'closed' | 'errored'): void {
    const was_joined = this.is_joined
    this.#state = state
    if (was_joined) this.socket.backend.gone(this)
  }

  #retry(): void {
    this.socket.clock.after(retry_ms, () => this.rejoin())
  }

  #trigger(event: string, payload: unknown): void {
    const handled = this.onMessage ? this.onMessage(event, payload, null) : payload
    for (const binding of [...this.#bindings]) if (binding.event === event) binding.callback(handled, null, this.join_ref)
  }
}

class TestPush implements PushLike {
  readonly #hooks: { status: string; callback: (response: unknown) => void }[] = []

  receive(status: 'ok' | 'error' | 'timeout', callback: (response: unknown) => void): this {
    this.#hooks.push({ status, callback })
    return this
  }
  answer({ status, response }: Answer): void {
    for (const hook of this.#hooks) if (hook.status === status) hook.callback(response)
  }
}
