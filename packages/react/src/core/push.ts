import type { Clock } from './clock.js'
import type { Payload, PushLike } from './phoenix.js'

/**
 * How a push ended. Never a rejected promise: each of the four is ordinary.
 *
 * offline: there was no connection, or it was lost while we waited. `sent` false: the server never saw
 * it, and it will not be sent later; true: the server may have acted on it.
 */
export type PushResult<Reply = unknown> =
  | { readonly status: 'ok'; readonly response: Reply }
  | { readonly status: 'error'; readonly response: unknown; readonly reason: string }
  | { readonly status: 'timeout' }
  | { readonly status: 'offline'; readonly sent: boolean }

export type PushFailure = Exclude<PushResult, { readonly status: 'ok' }>

/** The text of a server's error reply: its `reason` when it has one. */
export function reasonOf(response: unknown): string {
  if (typeof response === 'string') return response
  if (typeof response === 'object' && response !== null && 'reason' in response) {
    const { reason } = response
    return typeof reason === 'string' ? reason : JSON.stringify(reason)
  }
  return 'unknown reason'
}

export interface PushOptions {
  /** How long to wait for the answer, waiting for the join and retries included. */
  readonly timeout_ms?: number
  /**
   * Sends it again after a lost connection, until the timeout. The server may then see it twice: each time with the
   * same `idempotency_id`, a field that is added to the payload.
   */
  readonly retry?: boolean
  /** The `idempotency_id` to add to the payload; with `retry` one is made up if there is none. */
  readonly idempotency_id?: string
  /** Shows the expected outcome at once; what it returns takes that back, when the push does not end well. */
  readonly optimistic?: () => () => void
}

export type Send = (event: string, payload: Payload, timeout_ms: number) => PushLike

interface Pending {
  readonly event: string
  readonly payload: Payload
  readonly timeout_ms: number
  readonly retry: boolean
  readonly settle: (result: PushResult) => void
  /** On its way over the present connection. */
  sent: boolean
  /** On its way at some time: the server may have acted on it. */
  was_sent: boolean
}

/**
 * The pushes of one channel that have not settled. Ours and not the buffer of phoenix.js, which outlives
 * a reconnect: what we reported as "offline" must not reach the server minutes later.
 */
export class PushQueue {
  readonly #clock: Clock
  readonly #open = new Set<Pending>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Adds a push; sends it now when `send` is given, else at the next `flush`. */
  add(event: string, payload: Payload, options: PushOptions & { timeout_ms: number }, send: Send | undefined): Promise<PushResult> {
    const { timeout_ms, retry = false } = options
    const id = options.idempotency_id ?? (retry ? makeId() : undefined)
    return new Promise((resolve) => {
      const settle = (result: PushResult) => {
        if (!this.#open.delete(pending)) return
        off()
        resolve(result)
      }
      const pending: Pending = {
        event,
        payload: id === undefined ? payload : { ...payload, idempotency_id: id },
        timeout_ms,
        retry,
        settle,
        sent: false,
        was_sent: false,
      }
      const give_up = () => settle(pending.retry && !pending.sent ? { status: 'offline', sent: pending.was_sent } : { status: 'timeout' })
      const off = this.#clock.after(timeout_ms, give_up)
      this.#open.add(pending)
      if (send) transmit(pending, send)
    })
  }

  /** Sends what waited for the join. */
  flush(send: Send): void {
    for (const pending of [...this.#open]) if (!pending.sent) transmit(pending, send)
  }

  /** Settles those for which `result` has an answer. */
  settle(result: (sent: boolean) => PushResult | undefined): void {
    for (const pending of [...this.#open]) {
      const answer = result(pending.was_sent)
      if (answer) pending.settle(answer)
    }
  }

  /** The connection is gone: settles all but those that are to be sent again. */
  lost(): void {
    for (const pending of [...this.#open]) {
      if (pending.retry) pending.sent = false
      else pending.settle({ status: 'offline', sent: pending.was_sent })
    }
  }
}

function transmit(pending: Pending, send: Send): void {
  pending.sent = true
  pending.was_sent = true
  try {
    const push = send(pending.event, pending.payload, pending.timeout_ms)
    push.receive('ok', (response) => pending.settle({ status: 'ok', response }))
    push.receive('error', (response) => pending.settle({ status: 'error', response, reason: reasonOf(response) }))
  } catch (error) {
    // A payload that is no JSON: a cycle, a bigint.
    pending.settle({ status: 'error', response: error, reason: `it cannot be sent: ${String(error)}` })
  }
}

/** Unique enough for what one client sends within a timeout; not secret. */
function makeId(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`
}
