import { Presence } from 'phoenix'
import { describe, expect, it } from 'vitest'
import { syncChanges, syncDiff, syncState, type PresenceDiff, type PresenceState, type WirePresences } from '../../src/core/index.js'

/** A small generator, so that every run makes the same histories. */
function randomOf(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

// phoenix.js 1.7.0 trips over names that every object has.
const keys = ['ann', 'bob', '7', process.env['ROOST_OLDEST'] === undefined ? 'constructor' : 'cid']
const clone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

function randomPresences(random: (below: number) => number): Record<string, { metas: { phx_ref: string }[]; tag?: number }> {
  const picked = keys.filter(() => random(2) === 0)
  return Object.fromEntries(
    picked.map((key) => {
      const refs = [0, 1, 2, 3].filter(() => random(2) === 0).map((n) => ({ phx_ref: `${key}-${n}` }))
      return [key, { metas: refs.length > 0 ? refs : [{ phx_ref: `${key}-0` }], tag: random(3) }]
    }),
  )
}

describe('presence sync', () => {
  it('agrees with phoenix.js on random histories', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = randomOf(seed)
      let ours: PresenceState = new Map()
      let theirs: object = {}
      for (let step = 0; step < 30; step += 1) {
        if (random(5) === 0) {
          const wire = randomPresences(random)
          ours = syncState(ours, wire as WirePresences)
          theirs = Presence.syncState(theirs, clone(wire)) as object
        } else {
          const diff = { joins: randomPresences(random), leaves: randomPresences(random) }
          ours = syncDiff(ours, diff as PresenceDiff)
          theirs = Presence.syncDiff(theirs, clone(diff)) as object
        }
        expect(Object.fromEntries(ours), `seed ${seed}, step ${step}`).toEqual({ ...theirs })
      }
    }
  })

  it('never changes what it was given', () => {
    const wire = { ann: { metas: [{ phx_ref: '1' }] } }
    const before = syncState(new Map(), wire)
    const frozen = clone([...before])
    syncDiff(before, { joins: { ann: { metas: [{ phx_ref: '2' }] } }, leaves: { ann: { metas: [{ phx_ref: '1' }] } } })
    expect([...before]).toEqual(frozen)
    expect(wire).toEqual({ ann: { metas: [{ phx_ref: '1' }] } })
  })
})

describe('what a Roost server says', () => {
  const entry = (...refs: [ref: string, prev?: string][]) => ({
    metas: refs.map(([phx_ref, prev]) => (prev === undefined ? { phx_ref } : { phx_ref, phx_ref_prev: prev })),
  })
  const present = () => syncState(new Map(), { ann: entry(['a'], ['b']), bob: entry(['c']) })
  const refs = (state: PresenceState) => [...state].map(([key, { metas }]) => `${key}:${metas.map((meta) => meta.phx_ref).join()}`)

  it('puts an update where the meta was, and leaves all others as they are', () => {
    const before = present()
    const after = syncChanges(before, { updates: { ann: entry(['x', 'a']) } })
    expect(refs(after)).toEqual(['ann:x,b', 'bob:c'])
    expect(after.get('ann')?.metas[1]).toBe(before.get('ann')?.metas[1])
    expect(after.get('bob')).toBe(before.get('bob'))
  })

  it('takes an update whose place is gone as a join, and a repeated one as done', () => {
    expect(refs(syncChanges(present(), { updates: { ann: entry(['x', 'gone']), cid: entry(['y', 'gone']) } }))).toEqual(['ann:a,b,x', 'bob:c', 'cid:y'])
    const once = syncChanges(present(), { updates: { ann: entry(['b', 'a']) } })
    expect(refs(once)).toEqual(['ann:b', 'bob:c'])
  })

  it('applies joins before leaves, so that who comes back elsewhere keeps the place', () => {
    const after = syncChanges(present(), { joins: { ann: entry(['z']) }, leaves: { ann: ['a', 'b'], bob: ['c'], nobody: ['q'] } })
    expect(refs(after)).toEqual(['ann:z'])
  })

  it('is the same object when nothing changes', () => {
    const before = present()
    expect(syncChanges(before, { leaves: { ann: ['q'] } })).toBe(before)
    expect(syncChanges(before, {})).toBe(before)
  })
})
