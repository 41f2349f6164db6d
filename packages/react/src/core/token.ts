import { createAlarm, type Clock } from './clock.js'

/** A token, and in Unix milliseconds when it ends. A JSON Web Token tells that itself. */
export type Token = string | { readonly token: string; readonly expires_at?: number }

/** Fetches a token. Called before the first connect, before the token ends, and after the server refused one. */
export type FetchToken = () => Token | Promise<Token>

/** 30 s before its end a token is replaced: longer than fetching takes and clocks differ. */
const margin_ms = 30_000
/** 10 s: a fetch that takes longer counts as failed. */
const fetch_timeout_ms = 10_000
/** 24.8 days: what timers can count; a longer life is looked at again then. */
const timer_ms_max = 2_147_483_647

interface Held {
  readonly text: string
  readonly expires_at: number
}

/** The token of one socket. */
export class TokenSource {
  readonly #fetch: FetchToken
  readonly #clock: Clock
  readonly #renewal
  #held: Held | undefined
  #pending: Promise<void> | undefined

  constructor(fetch: FetchToken, clock: Clock) {
    this.#fetch = fetch
    this.#clock = clock
    this.#renewal = createAlarm(clock)
  }

  /** The token in hand; '' when there is none yet. */
  get text(): string {
    return this.#held?.text ?? ''
  }

  /** Whether a connection should wait for another token. */
  get stale(): boolean {
    return this.#held === undefined || this.#held.expires_at - margin_ms <= this.#clock.now()
  }

  /** The server did not want it: the next `ready` asks for another. */
  discard(): void {
    this.#held = undefined
  }

  /** Resolves when there is a token that is good; rejects when none could be had. */
  ready(): Promise<void> {
    if (!this.stale) return Promise.resolve()
    this.#pending ??= this.#renew().finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  /** No more renewals. */
  stop(): void {
    this.#renewal.off()
  }

  async #renew(): Promise<void> {
    const token = await withTimeout(this.#clock, async () => this.#fetch())
    const text = typeof token === 'string' ? token : token.token
    const told = typeof token === 'string' ? undefined : token.expires_at
    const expires_at = told ?? expiryOf(text) ?? Number.POSITIVE_INFINITY
    this.#held = { text, expires_at }
    const life_ms = expires_at - margin_ms - this.#clock.now()
    // A token that lives less than the margin is fetched for each connect, not in a loop.
    if (life_ms > 0 && Number.isFinite(life_ms)) this.#renewal.set(Math.min(life_ms, timer_ms_max), () => void this.ready().catch(() => undefined))
  }
}

function withTimeout<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const off = clock.after(fetch_timeout_ms, () => reject(new Error('the token did not come in time')))
    work().then(resolve, reject).finally(off)
  })
}

/** The `exp` of a JSON Web Token in milliseconds; undefined for everything else. */
function expiryOf(token: string): number | undefined {
  const [, claims, signature] = token.split('.')
  if (claims === undefined || signature === undefined) return undefined
  try {
    const { exp } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: unknown }
    return typeof exp === 'number' ? exp * 1_000 : undefined
  } catch {
    return undefined
  }
}
