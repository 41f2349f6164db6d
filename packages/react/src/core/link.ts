import { backoff, drainDelay, type Random } from './backoff.js'
import { createAlarm, type Clock } from './clock.js'
import { createConnection, type Connection } from './connection.js'
import { isHidden, watchPage } from './page.js'
import type { SocketLike } from './phoenix.js'
import type { TokenSource } from './token.js'

/** 3 s: a connection that does not answer a ping for that long, after its page slept or its network went, is dead. */
const probe_ms = 3_000

export interface LinkOptions {
  /** Makes the socket, when it is first needed: not where a page is only rendered. */
  readonly socket: () => SocketLike
  /** It is ours: we say when it reconnects, and disconnect it. The application's own only connects, by its own rules. */
  readonly is_ours: boolean
  readonly token: TokenSource | undefined
  readonly clock: Clock
  readonly random: Random
  readonly lost_after_ms: number
  /** A connection is open, and those who use it were told by phoenix.js. */
  readonly on_open: () => void
}

/**
 * A socket, connected while it is wanted. phoenix.js does the reconnecting; we take over where it cannot know
 * better: when there must be another token first, when the server asks to stay away for a while, and when the
 * page says that now is the time.
 */
export class Link {
  readonly connection: Connection
  readonly #options: LinkOptions
  readonly #retry
  readonly #probe
  #socket: SocketLike | undefined
  #unwatch: (() => void) | undefined
  #wanted = false
  // We end a connection on purpose: that end is no loss.
  #closing = false
  // Counts the attempts of ours that are under way, so that an older one knows that it is over.
  #attempt = 0
  #tries = 0
  #opened = false
  // The server asked us to stay away: then the page's events do not count.
  #drained = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.connection = createConnection(options.clock, options.lost_after_ms)
    this.#retry = createAlarm(options.clock)
    this.#probe = createAlarm(options.clock)
  }

  get socket(): SocketLike {
    this.#socket ??= this.#make()
    return this.#socket
  }

  readonly open = (): void => {
    this.#wanted = true
    this.#unwatch ??= watchPage({
      awake: () => this.#awake(),
      unsure: () => this.#ask(),
      leaving: () => this.#leaving(),
    })
    if (this.socket.connectionState() === 'open') return this.#onOpen()
    this.connection.become('connecting')
    this.#connect()
  }

  readonly close = (): void => {
    this.#wanted = false
    this.#retry.off()
    this.#probe.off()
    this.#attempt += 1
    this.#unwatch?.()
    this.#unwatch = undefined
    this.#options.token?.stop()
    if (this.#options.is_ours) this.#end()
  }

  /** Ends the connection and opens another, so that changed connect params count. */
  readonly reconnect = (): void => {
    if (!this.#wanted) return
    this.#retry.off()
    this.#end(() => this.#connect())
  }

  /** Calls `listener` with every frame as phoenix.js has it, for the devtools; the result stops it. */
  readonly tap = (listener: (frame: object, is_ours: boolean) => void): (() => void) => {
    const socket = this.socket as SocketLike & { push?: (frame: object) => unknown }
    const ref = socket.onMessage?.((frame) => listener(frame, false))
    const { push } = socket
    if (push) {
      socket.push = (frame) => {
        listener(frame, true)
        return push.call(socket, frame)
      }
    }
    return () => {
      if (ref !== undefined) socket.off([ref])
      if (push) socket.push = push
    }
  }

  /** Looks at the socket again: phoenix.js tells a heartbeat timeout to its channels only. */
  readonly check = (): void => {
    if (this.#wanted && !this.#closing && this.socket.connectionState() !== 'open') this.connection.become('offline')
  }

  #make(): SocketLike {
    const socket = this.#options.socket()
    socket.onOpen(() => this.#onOpen())
    socket.onClose((event) => this.#onClose(event))
    socket.onError(() => this.#onError())
    return socket
  }

  #connect(): void {
    this.#retry.off()
    this.#drained = false
    this.#attempt += 1
    const { token } = this.#options
    if (!token?.stale) return this.socket.connect()
    const attempt = this.#attempt
    const current = (then: () => void) => () => {
      if (this.#wanted && attempt === this.#attempt) then()
    }
    token.ready().then(
      current(() => this.socket.connect()),
      current(() => this.#later(backoff((this.#tries += 1), this.#options.random))),
    )
  }

  #onOpen(): void {
    this.#closing = false
    this.#opened = true
    this.#tries = 0
    this.connection.become('open')
    queueMicrotask(this.#options.on_open)
  }

  #onClose(event: CloseEvent | undefined): void {
    const opened = this.#opened
    this.#opened = false
    this.#probe.off()
    if (!this.#wanted || this.#closing || this.socket.connectionState() === 'open') return
    this.connection.become('offline')
    if (!this.#options.is_ours) return
    const stay_away_ms = drainDelay(event, this.#options.random)
    if (stay_away_ms !== undefined) {
      this.#later(stay_away_ms)
      this.#drained = true
      return
    }
    const { token } = this.#options
    // Closed before it was open: the server may be away, or may have refused the token. A browser does not tell.
    if (token && !opened) token.discard()
    if (token?.stale) this.#later(backoff((this.#tries += 1), this.#options.random))
  }

  #onError(): void {
    this.#closing = false
    this.check()
  }

  /** Takes the reconnecting over from phoenix.js. */
  #later(ms: number): void {
    this.connection.become('offline')
    this.#attempt += 1
    this.socket.disconnect()
    this.#retry.set(ms, () => {
      // As phoenix.js: no attempts while nobody looks. #awake makes up for it.
      if (!isHidden()) this.#connect()
    })
  }

  #end(then?: () => void): void {
    this.#closing = this.socket.connectionState() === 'open'
    this.connection.become('connecting')
    this.socket.disconnect(then)
  }

  /** Now rather than when the next attempt is due; an open connection has to show that it still is one. */
  #awake(): void {
    const state = this.socket.connectionState()
    if (state === 'open') return this.#ask()
    if (state === 'connecting' || this.#drained && this.#retry.is_set) return
    this.#retry.off()
    this.socket.disconnect(() => {
      if (this.#wanted) this.#connect()
    })
  }

  /** Pings; without an answer the connection is given up long before phoenix.js would. */
  #ask(): void {
    const { socket } = this
    if (this.#probe.is_set || !socket.ping) return
    if (!socket.ping(() => this.#probe.off())) return
    this.#probe.set(probe_ms, () => {
      if (!this.#wanted || socket.connectionState() !== 'open') return
      this.connection.become('offline')
      socket.disconnect(() => {
        if (this.#wanted) this.#connect()
      })
    })
  }

  #leaving(): void {
    // phoenix.js disconnects now, and connects when the page comes back.
    this.#closing = this.socket.connectionState() === 'open'
    if (this.#closing) this.connection.become('connecting')
  }
}
