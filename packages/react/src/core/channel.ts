import type { ChannelError, ChannelSnapshot, ChannelStatus, ChannelStore } from './channel-types.js'
import type { Connection } from './connection.js'
import { EventHub, type EventHandler } from './event-hub.js'
import { createLeases } from './leases.js'
import { createMessagesStore, type MessagesOptions, type MessagesStore } from './messages.js'
import type { ChannelLike, Params, Payload, SocketLike } from './phoenix.js'
import { createPresenceStore } from './presence.js'
import { PushQueue, reasonOf, type PushResult, type Send } from './push.js'
import { createStore, type Store } from './store.js'

export interface ChannelContext {
  readonly socket: SocketLike
  readonly connection: Connection
  readonly linger_ms: number
  readonly push_timeout_ms: number
  readonly rejoin_refused: boolean
  /** Told when the channel comes into use and when nobody uses it any more. */
  readonly on_use: (channel: ChannelStore, in_use: boolean) => void
}

const idle: ChannelSnapshot = Object.freeze({ status: 'joining', response: undefined, error: undefined })

export class Channel implements ChannelStore {
  readonly topic: string
  readonly presence = createPresenceStore()
  readonly #context: ChannelContext
  readonly #state = createStore<ChannelSnapshot>(idle)
  readonly #events = new EventHub()
  readonly #messages = new Map<string, MessagesStore>()
  readonly #pushes = new PushQueue()
  readonly #leases
  // The phoenix channel of the current join; none while unused, refused or closed.
  #channel: ChannelLike | undefined
  #params: Params = {}

  readonly subscribe = this.#state.subscribe
  readonly getSnapshot = this.#state.getSnapshot

  constructor(topic: string, context: ChannelContext) {
    this.topic = topic
    this.#context = context
    this.#leases = createLeases(
      context.linger_ms,
      () => this.#start(),
      () => this.#stop(),
    )
  }

  readonly acquire = (params?: Params): (() => void) => {
    if (params !== undefined) this.#params = params
    return this.#leases.acquire()
  }

  readonly retry = (): void => {
    const { status } = this.getSnapshot()
    if (this.#leases.count === 0 || (status !== 'refused' && status !== 'closed')) return
    this.#become('joining')
    this.#join()
  }

  readonly push = (event: string, payload: Payload = {}, timeout_ms = this.#context.push_timeout_ms) => {
    const { status, error } = this.getSnapshot()
    if (status === 'refused') return Promise.resolve(refusal(error))
    const connection = this.#context.connection.getSnapshot().status
    if (this.#leases.count === 0 || status === 'closed' || connection === 'offline')
      return Promise.resolve<PushResult>({ status: 'offline', sent: false })
    const ready = status === 'joined' && connection === 'open'
    return this.#pushes.add(event, payload, timeout_ms, ready ? this.#send : undefined)
  }

  readonly on = (event: string, handler: EventHandler): (() => void) => this.#events.on(event, handler)

  readonly messages = (options: MessagesOptions<unknown>): Store<readonly unknown[]> =>
    this.#messages.get(options.event) ?? this.#addMessages(options)

  /** The join waits for the end of the turn, so that all users of one commit have brought their params. */
  #start(): void {
    this.#context.on_use(this, true)
    queueMicrotask(() => {
      if (!this.#channel) this.#join()
    })
  }

  #stop(): void {
    this.#drop()
    this.#pushes.settle((sent) => ({ status: 'offline', sent }))
    this.presence.reset()
    for (const list of this.#messages.values()) list.reset()
    this.#state.set(idle)
    this.#context.on_use(this, false)
  }

  #join(): void {
    const channel = this.#context.socket.channel(this.topic, () => evaluate(this.#params))
    this.#channel = channel
    this.#events.attach(channel)
    this.presence.attach(channel)
    for (const list of this.#messages.values()) list.attach(channel)
    this.#watch(channel)
  }

  /** Listens to one phoenix channel; what it says after we dropped it is nobody's any more. */
  #watch(channel: ChannelLike): void {
    const current =
      (handle: (value: unknown) => void) =>
      (value: unknown): void => {
        if (this.#channel === channel) handle(value)
      }
    channel.onError(current((reason) => this.#onLost(reason)))
    channel.onClose(current((response) => this.#onClosed(response)))
    const join = channel.join()
    join.receive('ok', current((response) => this.#onJoined(response)))
    join.receive('error', current((response) => this.#onRefused(response)))
    join.receive('timeout', current(() => this.#fail('errored', undefined, 'the join was not answered')))
  }

  #onJoined(response: unknown): void {
    for (const list of this.#messages.values()) list.joined(response)
    this.#become('joined', response)
    this.#pushes.flush(this.#send)
  }

  #onRefused(response: unknown): void {
    const reason = reasonOf(response)
    if (this.#context.rejoin_refused) return this.#fail('errored', response, reason)
    this.#drop()
    this.#fail('refused', response, reason)
    this.#pushes.settle(() => ({ status: 'error', response, reason }))
  }

  /** The connection was lost, or the channel crashed on the server; phoenix.js rejoins by itself. */
  #onLost(reason: unknown): void {
    if (!isTransport(reason)) {
      this.#fail('errored', reason, 'channel crashed')
      this.#pushes.settle((sent) => (sent ? { status: 'error', response: reason, reason: 'channel crashed' } : undefined))
      return
    }
    this.#context.connection.check()
    this.#fail('errored', reason, 'connection lost')
    this.#pushes.settle((sent) => ({ status: 'offline', sent }))
  }

  #onClosed(response: unknown): void {
    this.#channel = undefined
    this.#fail('closed', response, 'closed by the server')
    this.#pushes.settle((sent) => ({ status: 'offline', sent }))
  }

  /** Leaves. It is also the one public way to make phoenix.js forget a refused channel and its rejoin timer. */
  #drop(): void {
    const channel = this.#channel
    this.#channel = undefined
    this.#events.attach(undefined)
    channel?.leave()
  }

  #addMessages(options: MessagesOptions<unknown>): MessagesStore {
    const list = createMessagesStore(options)
    this.#messages.set(options.event, list)
    if (this.#channel) list.attach(this.#channel)
    const { status, response } = this.getSnapshot()
    if (status === 'joined') list.joined(response)
    return list
  }

  readonly #send: Send = (event, payload) => {
    if (!this.#channel) throw new Error(`no channel to push to: ${this.topic}`)
    return this.#channel.push(event, payload)
  }

  #become(status: ChannelStatus, response = this.getSnapshot().response, error?: ChannelError): void {
    this.#state.set({ status, response, error })
  }

  #fail(status: ChannelStatus, response: unknown, reason: string): void {
    this.#become(status, undefined, { reason, response })
  }
}

function evaluate(params: Params): Payload {
  return typeof params === 'function' ? (params as () => Payload)() : params
}

function refusal(error: ChannelError | undefined): PushResult {
  return { status: 'error', response: error?.response, reason: error?.reason ?? 'refused' }
}

/** phoenix.js marks the losses it makes itself: {source: "transport", reason} (PROTOCOL J7). */
function isTransport(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'source' in reason && reason.source === 'transport'
}
