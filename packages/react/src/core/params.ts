import type { Params, Payload } from './phoenix.js'

export function evaluate(params: Params): Payload {
  return typeof params === 'function' ? (params as () => Payload)() : params
}

/** undefined: the function threw; that is reported when it is evaluated for the join. */
function textOf(params: Params): string | undefined {
  try {
    return JSON.stringify(evaluate(params))
  } catch {
    return undefined
  }
}

/** What one user of a topic wants to join it with, and where that stands, for people. */
export interface Claim {
  readonly params: () => Params | undefined
  readonly place: string
}

/**
 * The join params of one topic. Its users share one join, so they have to agree; users without params agree
 * with all. The first who came is the one that counts.
 */
export class Claims {
  readonly #claims = new Set<Claim>()

  add(claim: Claim): () => void {
    this.#claims.add(claim)
    return () => void this.#claims.delete(claim)
  }

  /** What counts now; a function is evaluated. */
  payload(): Payload {
    const params = this.#first()?.params()
    return params === undefined ? {} : evaluate(params)
  }

  /** The text of what counts, to compare with later; undefined when a function decides at every join anew. */
  fixed(): string | undefined {
    const params = this.#first()?.params()
    return typeof params === 'function' ? undefined : JSON.stringify(params ?? {})
  }

  get given(): boolean {
    return this.#first() !== undefined
  }

  /** Names both places when `claim` wants something else than another user of the topic. */
  conflict(topic: string, claim: Claim): string | undefined {
    const mine = claim.params()
    const other = mine === undefined ? undefined : this.#first()
    const theirs = other?.params()
    if (mine === undefined || !other || theirs === undefined) return undefined
    const [first, second] = [textOf(theirs), textOf(mine)]
    if (first === undefined || second === undefined || first === second) return undefined
    return `"${topic}" is joined once for all, but with different params from two places: ${first} by ${other.place}, ${second} by ${claim.place}`
  }

  #first(): Claim | undefined {
    for (const claim of this.#claims) if (claim.params() !== undefined) return claim
    return undefined
  }
}
