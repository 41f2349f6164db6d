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

/** The text of a server's error reply: its `reason` when it has one. */
export function reasonOf(response: unknown): string {
  if (typeof response === 'string') return response
  if (typeof response === 'object' && response !== null && 'reason' in response) {
    const { reason } = response
    return typeof reason === 'string' ? reason : JSON.stringify(reason)
  }
  return 'unknown reason'
}

export type Send = (event: string, payload: Payload) => PushLike

interface Pending {
  readonly event: string
  readonly payload: Payload
  readonly settle: (result: PushResult) => void
  sent: boolean
}

/**
 * The pushes of one channel that have not settled. Ours and not the buffer of phoenix.js, which outlives
 * a reconnect: what we reported as "offline" must not reach the server minutes later.
 */
export class PushQueue {
  readonly #open = new Set<Pending>()

  /** Adds a push; sends it now when `send` is given, else at the next `flush`. */
  add(event: string, payload: Payload, timeout_ms: number, send: Send | undefined): Promise<PushResult> {
    return new Promise((resolve) => {
      const settle = (result: PushResult) => {
        if (!this.#open.delete(pending)) return
        clearTimeout(timer)
        resolve(result)
      }
      const pending: Pending = { event, payload, settle, sent: false }
      const timer = setTimeout(() => settle({ status: 'timeout' }), timeout_ms)
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
      const answer = result(pending.sent)
      if (answer) pending.settle(answer)
    }
  }
}

function transmit(pending: Pending, send: Send): void {
  pending.sent = true
  const push = send(pending.event, pending.payload)
  push.receive('ok', (response) => pending.settle({ status: 'ok', response }))
  push.receive('error', (response) => pending.settle({ status: 'error', response, reason: reasonOf(response) }))
}
