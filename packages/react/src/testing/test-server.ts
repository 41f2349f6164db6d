import * as React from 'react'
import type { Entry, EventName, EventOf, MetaOf, ParamsOf, PushName, PushPayload, PushReply, Registered, ReplyOf, StateOf, Topic } from '../core/contract.js'
import { fitsPattern } from '../core/contract.js'
import type { Payload } from '../core/phoenix.js'
import { createRealtime, type Realtime, type SocketOptions } from '../core/realtime.js'
import { createManualClock } from './manual-clock.js'
import { TestAgents } from './test-agents.js'
import { TestPresences } from './test-presences.js'
import { TestSocket, type Answer, type TestChannel } from './test-socket.js'

/** Says no to a join or a push. */
export class Denied {
  readonly response: object
  constructor(response: object) {
    this.response = response
  }
}
/** For the handlers of a TestServer: an answer with status "error". */
export const deny = (reason: string | object): Denied => new Denied(typeof reason === 'string' ? { reason } : reason)

/** For the handler of a push: there is no answer at all. */
export const no_reply: unique symbol = Symbol('no reply')

/** What the server does on one topic or pattern. What is not there is answered with ok and {}. */
export interface TopicHandlers<E> {
  readonly join?: (params: ParamsOf<E>, topic: string) => ReplyOf<E> | Denied
  /** A client that had joined with these params is gone: it left, or its connection or channel ended. */
  readonly leave?: (params: ParamsOf<E>, topic: string) => void
  readonly pushes?: { readonly [Event in PushName<E>]?: (payload: PushPayload<E, Event>, topic: string) => PushReply<E, Event> | Denied | typeof no_reply | undefined | void }
}

export interface TestServerOptions<C> extends Partial<Omit<SocketOptions<C>, 'socket' | 'clock'>> {
  /** By topic or pattern. */
  readonly topics?: { readonly [Pattern in keyof C]?: TopicHandlers<C[Pattern]> }
  /** What React updates are wrapped in. Default: React's own `act`, where it has one. */
  readonly act?: Act
}

type Act = (work: () => void | Promise<void>) => unknown

interface UntypedHandlers {
  readonly join?: (params: never, topic: string) => unknown
  readonly leave?: (params: never, topic: string) => unknown
  readonly pushes?: Readonly<Record<string, (payload: never, topic: string) => unknown>>
}

/**
 * A server in the same process, and the realtime that talks to it: for tests of components, in any test runner.
 * Nothing happens by itself but what a page asks for; time stands still until `advance`. All methods that give a
 * promise let everything settle, wrapped in React's act.
 */
export class TestServer<C = Registered> {
  /** For the provider of the component under test. */
  readonly realtime: Realtime<C>
  /** Every join and push that arrived, in order. */
  readonly received: { readonly topic: string; readonly event: string; readonly payload: Payload }[] = []
  readonly #sockets: TestSocket[] = []
  readonly #options: Partial<SocketOptions<C>>
  readonly #clock = createManualClock(Date.now())
  readonly #presences = new TestPresences()
  readonly #agents = new TestAgents()
  readonly #topics: Readonly<Record<string, UntypedHandlers>>
  readonly #act: Act
  // A handler of the test runs now, inside of React's act.
  #handling = false

  constructor({ topics = {}, act = reactAct, ...options }: TestServerOptions<NoInfer<C>> = {}) {
    this.#topics = topics as unknown as Readonly<Record<string, UntypedHandlers>>
    this.#act = act
    this.#options = options
    this.realtime = this.connect()
  }

  /** Another client of this server: what somebody else's browser would have. */
  connect(): Realtime<C> {
    const socket = new TestSocket(
      {
        join: (channel) => this.#join(channel),
        leave: ({ topic }) => void this.received.push({ topic, event: 'phx_leave', payload: {} }),
        gone: ({ topic, params }) => this.#handlers(topic)?.leave?.(params as never, topic),
        push: (channel, event, payload) => this.#push(channel, event, payload),
        later: (work) => this.#later(work),
      },
      this.#clock,
    )
    this.#sockets.push(socket)
    return createRealtime<C>({ ...this.#options, socket, clock: this.#clock } as SocketOptions<C>)
  }

  /** Waits until all that is under way has arrived. */
  async settle(): Promise<void> {
    await this.#act(async () => {
      for (let turn = 0; turn < settle_turns; turn += 1) await Promise.resolve()
    })
  }

  /** Lets time pass: lingering, timeouts, reconnects and throttles happen in their order. */
  async advance(ms: number): Promise<void> {
    await this.settle()
    const end = this.#clock.now() + ms
    for (;;) {
      const at = this.#clock.next(end)
      this.#run(() => this.#clock.goTo(at))
      await this.settle()
      if (at >= end && this.#clock.next(end) >= end) return
    }
  }

  /** Sends an event to everybody on `topic`. */
  broadcast<T extends Topic<C>, Event extends EventName<Entry<C, T>>>(topic: T, event: Event, payload: EventOf<Entry<C, T>, Event>): Promise<void> {
    return this.#tell(topic, event, payload)
  }

  /** Sends anything at all, also what no server should: for the bad days of a page. */
  raw(topic: string, event: string, payload: unknown): Promise<void> {
    return this.#tell(topic, event, payload)
  }

  /** Tracks `key` with this meta, or updates it. */
  track<T extends Topic<C>>(topic: T, key: string, meta: MetaOf<Entry<C, T>>): Promise<void> {
    return this.#tell(topic, 'presence_diff', this.#presences.track(topic, key, meta as object))
  }

  untrack(topic: Topic<C>, key: string): Promise<void> {
    return this.#tell(topic, 'presence_diff', this.#presences.untrack(topic, key))
  }

  /**
   * What the server owns on `topic` from now on (for useAgent): joins are answered with it, unless the topic has a
   * `join` of its own that answers, and its changes go out as patches.
   */
  agent<T extends Topic<C>>(topic: T, state: StateOf<Entry<C, T>>): Promise<void> {
    const patch = this.#agents.set(topic, state)
    return patch ? this.#tell(topic, 'patch', patch) : Promise.resolve()
  }

  /** Changes it. Throws when there is none. */
  update<T extends Topic<C>>(topic: T, change: (state: StateOf<Entry<C, T>>) => StateOf<Entry<C, T>>): Promise<void> {
    this.version(topic)
    return this.agent(topic, change(this.#agents.get(topic)?.state as StateOf<Entry<C, T>>))
  }

  /** Its version now, for the answer to a push that changed it. Throws when there is none. */
  version(topic: Topic<C>): number {
    const agent = this.#agents.get(topic)
    if (!agent) throw new Error(`there is no agent on ${topic}`)
    return agent.version
  }

  /** The server restarts with the states that it had, and no longer knows how they came to be. */
  async restart(): Promise<void> {
    this.#agents.forgetPatches()
    await this.drop()
  }

  /** The channel crashes on the server: it is joined again by itself. */
  crash(topic: Topic<C>): Promise<void> {
    return this.#tell(topic, 'phx_error', {})
  }

  /** The server ends the channel for good. */
  close(topic: Topic<C>): Promise<void> {
    return this.#tell(topic, 'phx_close', {})
  }

  /** All connections break. With `back: false` no other one opens until `restore`. */
  async drop({ back = true, code = 1006, reason = '' } = {}): Promise<void> {
    await this.settle()
    this.#run(() => {
      for (const socket of this.#sockets) {
        socket.accepting = back
        socket.drop({ code, reason })
      }
    })
    await this.settle()
  }

  /** Connections open again, from the next attempt on. */
  restore(): void {
    for (const socket of this.#sockets) socket.accepting = true
  }

  /** The payloads of one event that arrived on `topic`; "phx_join" and "phx_leave" are events too. */
  sent(topic: Topic<C>, event: string): Payload[] {
    return this.received.filter((each) => each.topic === topic && each.event === event).map(({ payload }) => payload)
  }

  /** Whether somebody is joined to `topic` now. */
  isJoined(topic: Topic<C>): boolean {
    return this.#channels(topic).some(({ is_joined }) => is_joined)
  }

  async #tell(topic: string, event: string, payload: unknown): Promise<void> {
    if (!this.#handling) await this.settle()
    this.#later(() => {
      for (const channel of this.#channels(topic)) channel.receive(event, payload)
    })
    if (!this.#handling) await this.settle()
  }

  #join(channel: TestChannel): Answer | undefined {
    const { topic, params } = channel
    this.received.push({ topic, event: 'phx_join', payload: params })
    const answer = answerOf(() => this.#handlers(topic)?.join?.(params as never, topic) ?? this.#agents.reply(topic, params))
    if (answer?.status === 'ok') this.#later(() => channel.receive('presence_state', this.#presences.list(topic)))
    return answer
  }

  #push({ topic }: TestChannel, event: string, payload: Payload): Answer | undefined {
    this.received.push({ topic, event, payload })
    const handler = this.#handlers(topic)?.pushes?.[event]
    return handler ? answerOf(() => handler(payload as never, topic)) : { status: 'ok', response: {} }
  }

  /** As a frame that arrives: in a turn of its own. */
  #later(work: () => void): void {
    queueMicrotask(() => this.#run(work))
  }

  #run(work: () => void): void {
    const was_handling = this.#handling
    this.#handling = true
    try {
      void this.#act(work)
    } finally {
      this.#handling = was_handling
    }
  }

  #channels(topic: string): TestChannel[] {
    return this.#sockets.flatMap(({ channels }) => [...channels]).filter((channel) => channel.topic === topic)
  }

  #handlers(topic: string): UntypedHandlers | undefined {
    if (Object.hasOwn(this.#topics, topic)) return this.#topics[topic]
    return Object.entries(this.#topics).find(([pattern]) => fitsPattern(pattern, topic))?.[1]
  }
}

/** 50 turns of promises: a join takes some ten of them, and an endless loop must end. */
const settle_turns = 50

function answerOf(work: () => unknown): Answer | undefined {
  const response = work()
  if (response === no_reply) return undefined
  return response instanceof Denied ? { status: 'error', response: response.response } : { status: 'ok', response: response ?? {} }
}

/**
 * React's act, as Testing Library calls it: with the word to React that this is a test for as long as it lasts. React
 * 18.2 and older have it elsewhere; then nothing is wrapped.
 */
function reactAct(work: () => void | Promise<void>): unknown {
  const { act } = React as { act?: Act }
  if (!act) return work()
  const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean | undefined }
  const before = environment.IS_REACT_ACT_ENVIRONMENT
  environment.IS_REACT_ACT_ENVIRONMENT = true
  const restore = () => {
    environment.IS_REACT_ACT_ENVIRONMENT = before
  }
  let is_async = false
  const acting = act(() => {
    const done = work()
    is_async = done !== undefined
    return done as Promise<void>
  }) as PromiseLike<unknown>
  if (!is_async) return restore()
  // What act gives is no promise: its `then` returns nothing.
  return new Promise<void>((resolve, reject) => {
    acting.then(
      () => {
        restore()
        resolve()
      },
      (error: unknown) => {
        restore()
        reject(error as Error)
      },
    )
  })
}
