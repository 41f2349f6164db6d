// Random numbers from a seed (mulberry32), so that every run of a seed makes the same choices.

export function random(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
  /** An integer from 0 to `end` - 1. */
  const below = (end) => Math.floor(next() * end)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (list) => list[below(list.length)],
    /** One of [[weight, value], …]. */
    weighted(table) {
      let at = next() * table.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, value] of table) if ((at -= weight) < 0) return value
      return table.at(-1)[1]
    },
  }
}
