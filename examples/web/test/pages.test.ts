import { describe, expect, it } from 'vitest'
import { groupMessages } from '../src/chat/group.js'
import { leaders, summary } from '../src/clicks/summary.js'
import type { Message } from '../src/contract.js'
import type { Button } from '../src/contract.js'
import { whereabouts } from '../src/common/People.js'
import { peopleOf } from '../src/common/people.js'
import { span } from '../src/common/time.js'

const noon = new Date(2024, 4, 3, 12).getTime() / 1_000
const message = (id: number, user: string, at: number): Message => ({ id, user: { id: user, name: user }, body: '', at })

describe('groupMessages', () => {
  it('puts an author\'s messages together until somebody else, a pause or a new day', () => {
    const list = [
      message(1, 'ann', noon),
      message(2, 'ann', noon + 10),
      message(3, 'bob', noon + 20),
      message(4, 'bob', noon + 20 + 301),
      message(5, 'bob', noon + 86_400),
    ]
    const groups = groupMessages(list)
    expect(groups.map(({ messages }) => messages.map(({ id }) => id))).toEqual([[1, 2], [3], [4], [5]])
    expect(groups.map(({ day }) => day !== undefined)).toEqual([true, false, false, true])
  })
})

describe('leaders', () => {
  const by = Object.fromEntries(['a', 'b', 'c', 'd', 'me'].map((id, i) => [id, { name: id, hits: 10 - i }]))
  const button: Button = { name: 'Tea', hits: 40, by }

  it('ranks by hits, and keeps the visitor in sight', () => {
    const { places, others } = leaders(button, 'me', 3)
    expect(places.map(({ id, rank }) => `${rank} ${id}`)).toEqual(['1 a', '2 b', '5 me'])
    expect(others).toBe(2)
  })
  it('sums up in words', () => {
    expect(summary([])).toMatch(/first/)
    expect(summary([button])).toMatch(/40 clicks by 5 people/)
  })
})

describe('peopleOf', () => {
  it('is one person per key with a count of devices, the visitor first', () => {
    const meta = (phx_ref: string, name: string, typing = false) => ({ phx_ref, name, typing, online_at: 1 })
    const state = new Map([
      ['u_2', { metas: [meta('1', 'Ann')] }],
      ['u_1', { metas: [meta('2', 'Zoe'), meta('3', 'Zoë', true)] }],
    ])
    expect(peopleOf(state, 'u_1')).toEqual([
      { id: 'u_1', name: 'Zoë', devices: 2, typing: true, nodes: [] },
      { id: 'u_2', name: 'Ann', devices: 1, typing: false, nodes: [] },
    ])
  })
})

describe('whereabouts', () => {
  const where = (...nodes: (string | undefined)[]) => {
    const metas = nodes.map((node, i) => ({ phx_ref: `${i}`, name: 'Ann', online_at: 1, ...(node && { node }) }))
    return peopleOf(new Map([['u_1', { metas }]]), 'u_1').map(whereabouts)[0]
  }
  it('is nothing for one device on a server that runs alone', () => expect(where(undefined)).toBe(''))
  it('counts devices', () => expect(where(undefined, undefined)).toBe('2 devices'))
  it('names the nodes of a cluster, each once', () => {
    expect(where('node-2')).toBe('on node-2')
    expect(where('node-2', 'node-1', 'node-2')).toBe('3 devices on node-1 and node-2')
  })
})

it('span names a length of time in its largest unit', () => {
  expect([0, 59_999, 60_000, 7_200_000].map(span)).toEqual(['0 s', '59 s', '1 min', '2 h'])
})
