/** What went wrong that no caller could be told of, counted since the start. */
export interface Counters {
  /** Events, presences and replies that broke the contract, or made no sense: dropped. */
  readonly dropped: number
  /** Frames that could not be decoded: dropped. */
  readonly undecodable: number
  /** Event handlers that threw. */
  readonly threw: number
  /** Join params that differed from those of another user of the topic: the first counted. */
  readonly conflicts: number
}

/** Where the core says what went wrong: always counted, in development also told in words. */
export interface Diagnostics {
  readonly development: boolean
  counters(this: void): Counters
  /** Something of the server was dropped; `why` begins with the path: "user.name: expected a string". */
  dropped(this: void, topic: string, what: string, why: string): void
  undecodable(this: void, error: unknown): void
  threw(this: void, topic: string, event: string, error: unknown): void
  /** Throws in development: two places want different things, and one of them has to change. */
  conflict(this: void, message: string): void
}

export function createDiagnostics(development: boolean): Diagnostics {
  const counters = { dropped: 0, undecodable: 0, threw: 0, conflicts: 0 }
  const say = (...words: unknown[]) => {
    if (development) console.error('@roost/react:', ...words)
  }
  return {
    development,
    counters: () => ({ ...counters }),
    dropped(topic, what, why) {
      counters.dropped += 1
      say(`${what} on "${topic}" was dropped, it does not fit: ${why}`)
    },
    undecodable(error) {
      counters.undecodable += 1
      say('a frame of the server could not be decoded and was dropped:', error)
    },
    // Also in production: it is a fault of the page, and nobody else catches it.
    threw(topic, event, error) {
      counters.threw += 1
      console.error(`@roost/react: a handler of "${event}" on "${topic}" threw`, error)
    },
    conflict(message) {
      counters.conflicts += 1
      if (development) throw new Error(`@roost/react: ${message}`)
    },
  }
}

/** What the bundler says; false where there is none, as in a page without a build. */
export function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production'
  } catch {
    return false
  }
}

// The one name of Node that we mention, and that bundlers replace.
declare const process: { readonly env: { readonly NODE_ENV?: string } }
