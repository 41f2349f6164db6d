import type { ChannelError, ChannelSnapshot, ChannelStatus, UntypedChannel, UntypedJoinOptions } from './channel-types.js'
import { checksOf, problemOf, type Checks, type TopicChecks } from './checks.js'
import type { Clock } from './clock.js'
import type { Diagnostics } from './diagnostics.js'
import { EventHub } from './event-hub.js'
import type { Extension, ExtensionContext, MakeExtension } from './extension.js'
import { isObject } from './is-object.js'
import { createLeases } from './leases.js'
import type { Link } from './link.js'
import { createMessagesStore, type MessagesOptions, type MessagesSnapshot, type MessagesStore } from './messages.js'
import { Claims, type Claim } from './params.js'
import type { ChannelLike, Payload } from './phoenix.js'
import { createPresenceStore, type OwnedPresenceStore } from './presence.js'
import type { WirePresences } from './presence-sync.js'
import { PushQueue, reasonOf, type PushOptions, type PushResult, type Send } from './push.js'
import { createCell, type Store } from './store.js'

export interface ChannelContext {
  readonly link: Link
  readonly clock: Clock
  readonly diagnostics: Diagnostics
  readonly checks: Checks | undefined
  readonly linger_ms: number
  readonly push_timeout_ms: number
  readonly rejoin_refused: boolean
  /** Told when the channel comes into use and when nobody uses it any more. */
  readonly on_use: (channel: Channel, in_use: boolean) => void
}

/** What a server rendered of a topic. */
export interface Seed {
  readonly response?: unknown
  readonly presence?: WirePresences
}

/** What is shown before anybody has asked: a component that renders is about to. */
const fresh: ChannelSnapshot = Object.freeze({ status: 'joining', response: undefined, error: undefined })

export class Channel implements UntypedChannel {
  readonly topic: string
  readonly presence: OwnedPresenceStore
  readonly #context: ChannelContext
  readonly #checks: TopicChecks
  readonly #state = createCell<ChannelSnapshot>(fresh)
  readonly #events: EventHub
  readonly #messages = new Map<string, MessagesStore>()
  readonly #extensions = new Map<unknown, Extension>()
  readonly #pushes: PushQueue
  readonly #leases
  readonly #claims = new Claims()
  // The phoenix channel of the current join; none while unused, refused or closed.
  #channel: ChannelLike | undefined
  // The params of that join as text; undefined when a function gave them.
  #joined_with: string | undefined
  // Whether it was joined before, so that something may have been missed.
  #joined_before = false

  #watchers = 0
  /** Renders that changes of this topic caused; counted in development. */
  renders = 0
  caused?: () => void
  // What we show is what a server rendered, until the first join.
  #seeded = false

  readonly subscribe = (listener: () => void): (() => void) => this.#watched(this.#state.subscribe(listener))
  readonly getSnapshot = this.#state.getSnapshot
  readonly getServerSnapshot = this.#state.getServerSnapshot

  constructor(topic: string, context: ChannelContext) {
    const { clock, diagnostics, linger_ms } = context
    this.topic = topic
    this.#context = context
    this.#checks = checksOf(context.checks, topic)
    this.#events = new EventHub(topic, this.#checks.events ?? {}, diagnostics)
    this.presence = createPresenceStore({ topic, hub: this.#events, check: this.#checks.presence, diagnostics })
    this.#pushes = new PushQueue(clock)
    this.#leases = createLeases({ clock, linger_ms, first: () => this.#start(), last: () => this.#stop() })
    if (!diagnostics.development) return
    this.caused = () => {
      this.renders += 1
    }
    for (const store of [this.presence, this.presence.keys, this.presence.count]) store.caused = this.caused
  }

  /** How many hold it. */
  get leases(): number {
    return this.#leases.count
  }

  /** Whether somebody listens, also without a lease: it must stay the one channel of its topic. */
  get is_watched(): boolean {
    return this.#watchers > 0
  }

  readonly acquire = ({ params, place, current }: UntypedJoinOptions = {}): (() => void) => {
    const claim: Claim = { params: current ?? (() => params), place: place ?? 'an unnamed place' }
    const conflict = this.#claims.conflict(this.topic, claim)
    if (conflict !== undefined) this.#context.diagnostics.conflict(conflict)
    const withdraw = this.#claims.add(claim)
    const is_alone = this.#leases.count === 0
    const release = this.#leases.acquire()
    if (is_alone) this.#takeOver()
    return () => {
      withdraw()
      release()
    }
  }

  /** Begins with what a server rendered, unless it is in use already. */
  seed({ response, presence }: Seed): void {
    if (this.#leases.active || this.is_watched || this.#seeded) return
    this.#seeded = true
    this.#state.seed({ status: 'joining', response, error: undefined })
    if (presence) this.presence.seed(presence)
  }

  readonly retry = (): void => {
    const { status } = this.getSnapshot()
    if (this.#leases.count === 0 || (status !== 'refused' && status !== 'closed')) return
    this.#become('joining')
    this.#join()
  }

  readonly push = async (event: string, payload: Payload = {}, options: PushOptions = {}): Promise<PushResult> => {
    const undo = options.optimistic?.()
    const result = this.#checked(event, await this.#push(event, payload, options))
    if (result.status !== 'ok') undo?.()
    return result
  }

  readonly on = (event: string, handler: (payload: unknown) => void): (() => void) => this.#watched(this.#events.on(event, handler))

  readonly replay = (handler: (event: string, payload: unknown) => void): boolean => this.#events.replay(handler)

  readonly messages = (options: MessagesOptions<unknown>): Store<MessagesSnapshot<unknown>> =>
    this.#messages.get(options.event) ?? this.#addMessages(options)

  readonly extend = <T extends Extension>(make: MakeExtension<T>): T =>
    (this.#extensions.get(make) as T | undefined) ?? this.#addExtension(make)

  /** The join waits for the end of the turn, so that all users of one commit have brought their params. */
  #start(): void {
    this.#context.on_use(this, true)
    queueMicrotask(() => {
      if (!this.#channel && this.#leases.count > 0) this.#join()
    })
  }

  /**
   * Joins anew, if it is joined: an extension needs what a join brings, or there is another connection. phoenix.js
   * before 1.8 does not tell its channels when it gave up on one that was slow to close: they would take themselves
   * for joined for ever.
   */
  rejoin(): void {
    if (!this.#channel || this.getSnapshot().status !== 'joined') return
    this.#drop()
    this.#onLost(undefined)
    this.#join()
  }

  /** Somebody comes while the channel lingers after all had left: who wants other params gets another join. */
  #takeOver(): void {
    if (!this.#channel || !this.#claims.given) return
    const wanted = this.#claims.fixed()
    if (wanted === undefined || wanted === this.#joined_with) return
    this.#forget()
    this.#join()
  }

  #stop(): void {
    this.#forget()
    this.#context.on_use(this, false)
  }

  #forget(): void {
    this.#drop()
    this.#pushes.settle((sent) => ({ status: 'offline', sent }))
    this.presence.reset()
    for (const list of this.#messages.values()) list.reset()
    for (const extension of this.#extensions.values()) extension.reset()
    this.#joined_before = false
    this.#seeded = false
    this.#state.set(fresh)
  }

  #join(): void {
    const channel = this.#context.link.socket.channel(this.topic, () => this.#params())
    this.#channel = channel
    this.presence.joining()
    this.#events.attach(channel)
    this.#watch(channel)
  }

  /** A function that throws must not get in the way of phoenix.js: the server then decides about no params. */
  #params(): Payload {
    try {
      this.#joined_with = this.#claims.fixed()
      return Object.assign({}, this.#claims.payload(), ...[...this.#extensions.values()].map((each) => each.params())) as Payload
    } catch (error) {
      this.#context.diagnostics.threw(this.topic, 'join params', error)
      return {}
    }
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
    const problem = problemOf(this.#checks.reply, response)
    if (problem !== undefined) {
      this.#context.diagnostics.dropped(this.topic, 'the join reply', problem)
      return this.#refuse(response, `the join reply does not fit: ${problem}`)
    }
    this.#events.begin()
    for (const list of this.#messages.values()) this.#guard(() => list.joined(response, this.#joined_before))
    for (const extension of this.#extensions.values()) extension.joined(response)
    this.#joined_before = true
    this.#seeded = false
    this.#become('joined', response)
    this.#pushes.flush(this.#send)
  }

  #onRefused(response: unknown): void {
    if (this.#context.rejoin_refused) this.#fail('errored', response, reasonOf(response))
    else this.#refuse(response, reasonOf(response))
  }

  #refuse(response: unknown, reason: string): void {
    this.#drop()
    this.#fail('refused', response, reason)
    this.#pushes.settle(() => ({ status: 'error', response, reason }))
  }

  /** The connection was lost, or the channel crashed on the server; phoenix.js rejoins by itself. */
  #onLost(reason: unknown): void {
    this.presence.joining()
    for (const extension of this.#extensions.values()) extension.lost()
    const is_crash = isCrash(reason) && this.#context.link.socket.connectionState() === 'open'
    if (is_crash) {
      this.#fail('errored', reason, 'channel crashed')
      this.#pushes.settle((sent) => (sent ? { status: 'error', response: reason, reason: 'channel crashed' } : undefined))
      return
    }
    this.#context.link.check()
    this.#fail('errored', reason, 'connection lost')
    this.#pushes.lost()
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
    const list = createMessagesStore(options, this.#events)
    list.caused = this.caused
    this.#messages.set(options.event, list)
    const { response } = this.getSnapshot()
    if (this.#joined_before) this.#guard(() => list.late(response))
    else if (this.#seeded) this.#guard(() => list.seed(response))
    return list
  }

  #addExtension<T extends Extension>(make: MakeExtension<T>): T {
    const { topic, caused } = this
    const { diagnostics, clock } = this.#context
    const context: ExtensionContext = {
      topic,
      hub: this.#events,
      diagnostics,
      clock,
      caused,
      rejoin: () => this.rejoin(),
      is_joined: this.#joined_before,
      is_seeded: this.#seeded,
      response: this.getSnapshot().response,
    }
    const extension = make(context)
    this.#extensions.set(make, extension)
    return extension
  }

  #watched(stop: () => void): () => void {
    this.#watchers += 1
    let watching = true
    return () => {
      stop()
      if (watching) this.#watchers -= 1
      watching = false
    }
  }

  /** `initial` is the page's, and the reply perhaps not what it expects. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#context.diagnostics.threw(this.topic, 'join reply', error)
    }
  }

  async #push(event: string, payload: Payload, options: PushOptions): Promise<PushResult> {
    const { status, error } = this.getSnapshot()
    if (status === 'refused') return { status: 'error', response: error?.response, reason: error?.reason ?? 'refused' }
    const connection = this.#context.link.connection.getSnapshot().status
    const away = connection === 'offline' && !options.retry
    if (!this.#leases.active || status === 'closed' || away) return { status: 'offline', sent: false }
    const ready = status === 'joined' && connection === 'open'
    const { timeout_ms = this.#context.push_timeout_ms } = options
    return this.#pushes.add(event, payload, { ...options, timeout_ms }, ready ? this.#send : undefined)
  }

  #checked(event: string, result: PushResult): PushResult {
    const problem = result.status === 'ok' ? problemOf(this.#checks.replies?.[event], result.response) : undefined
    if (result.status !== 'ok' || problem === undefined) return result
    this.#context.diagnostics.dropped(this.topic, `the reply to "${event}"`, problem)
    return { status: 'error', response: result.response, reason: `the reply does not fit: ${problem}` }
  }

  readonly #send: Send = (event, payload, timeout_ms) => {
    if (!this.#channel) throw new Error(`no channel to push to: ${this.topic}`)
    return this.#channel.push(event, payload, timeout_ms)
  }

  #become(status: ChannelStatus, response = this.getSnapshot().response, error?: ChannelError): void {
    this.#state.set({ status, response, error })
  }

  #fail(status: ChannelStatus, response: unknown, reason: string): void {
    this.#become(status, undefined, { reason, response })
  }
}

/** phoenix.js marks the losses it makes itself: {source: "transport", reason} (PROTOCOL J7); before 1.8 with nothing. */
function isCrash(reason: unknown): boolean {
  return reason !== undefined && !(isObject(reason) && reason['source'] === 'transport')
}
