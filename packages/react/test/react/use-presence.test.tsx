import { describe, expect, it } from 'vitest'
import { usePresence, usePresenceCount, type PresenceState } from '../../src/index.js'
import { mountHook, pass, useFakeTime } from '../support/harness.js'

useFakeTime()

type Meta = { name: string }
const entry = (...names: string[]) => ({ metas: names.map((name) => ({ phx_ref: `ref-${name}`, name })) })

async function present() {
  const view = await mountHook(() => usePresence('room:1'), undefined)
  await view.server.reply('room:1', 'phx_join', 'ok')
  await view.server.push('room:1', 'presence_state', { ann: entry('a1', 'a2'), bob: entry('b1') })
  return view
}

describe('usePresence', () => {
  it('builds on state and diffs', async () => {
    const { server, result } = await present()
    await server.broadcast('room:1', 'presence_diff', { joins: { cid: entry('c1') }, leaves: { bob: entry('b1'), ann: entry('a1') } })
    expect([...result.current.keys()]).toEqual(['ann', 'cid'])
    expect(result.current.get('ann')?.metas.map(({ name }) => name)).toEqual(['a2'])
  })

  it('keeps the entries that did not change as they are', async () => {
    const { server, result } = await present()
    const before = result.current
    await server.broadcast('room:1', 'presence_diff', { joins: { cid: entry('c1') }, leaves: {} })
    expect(result.current).not.toBe(before)
    expect(result.current.get('ann')).toBe(before.get('ann'))
    expect(before.has('cid')).toBe(false)
  })

  it('stays the same object when a diff or state changes nothing', async () => {
    const { server, result } = await present()
    const before = result.current
    await server.broadcast('room:1', 'presence_diff', { joins: {}, leaves: { nobody: entry('x') } })
    await server.push('room:1', 'presence_state', { ann: entry('a1', 'a2'), bob: entry('b1') })
    expect(result.current).toBe(before)
  })

  it('understands what a Roost server says in place of diffs', async () => {
    const { server, result } = await present()
    const bob = result.current.get('bob')
    const updated = { metas: [{ phx_ref: 'new', phx_ref_prev: 'ref-a1', name: 'a1' }] }
    await server.broadcast('room:1', 'roost_presence', { updates: { ann: updated }, leaves: { ann: ['ref-a2'] } })
    expect(result.current.get('ann')?.metas.map((meta) => meta.phx_ref)).toEqual(['new'])
    expect(result.current.get('bob')).toBe(bob)
    const before = result.current
    for (const broken of [{ updates: 1 }, { joins: { a: {} } }, { leaves: { ann: 'x' } }, { leaves: [] }])
      await server.broadcast('room:1', 'roost_presence', broken)
    expect(result.current).toBe(before)
  })

  it('counts where the server does not tell who', async () => {
    let renders = 0
    const { server, result } = await mountHook(() => (renders++, [usePresenceCount('room:1'), usePresenceCount('room:1', 'metas')]), undefined)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.broadcast('room:1', 'roost_presence', { keys: 1, metas: 1 })
    expect(result.current).toEqual([0, 0])
    await server.push('room:1', 'roost_presence', { state: {}, keys: 4_000, metas: 4_100 })
    expect(result.current).toEqual([4_000, 4_100])
    await server.broadcast('room:1', 'roost_presence', { keys: 4_001, metas: 4_101 })
    expect(result.current).toEqual([4_001, 4_101])
    const before = renders
    await server.broadcast('room:1', 'roost_presence', { keys: 4_001, metas: 4_101 })
    await server.broadcast('room:1', 'roost_presence', { keys: 'many' })
    expect(renders).toBe(before)
    await server.push('room:1', 'presence_state', { ann: entry('a1', 'a2'), bob: entry('b1') })
    expect(result.current).toEqual([2, 3])
  })

  it('knows the first and how many there are where the server tells of those alone', async () => {
    const { server, result } = await mountHook(() => [[...usePresence('room:1').keys()], usePresenceCount('room:1')], undefined)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.push('room:1', 'roost_presence', { state: { ann: entry('a1'), bob: entry('b1') }, keys: 4_998, metas: 5_000 })
    expect(result.current).toEqual([['ann', 'bob'], 4_998])
    await server.broadcast('room:1', 'roost_presence', { joins: { abe: entry('c1') }, leaves: { bob: ['ref-b1'] }, keys: 4_999, metas: 5_001 })
    expect(result.current).toEqual([['ann', 'abe'], 4_999])
  })

  it('holds diffs back until the state of this join has come', async () => {
    const { server, result } = await mountHook(() => usePresence('room:1'), undefined)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.broadcast('room:1', 'presence_diff', { joins: { cid: entry('c1') }, leaves: {} })
    expect(result.current.size).toBe(0)
    await server.push('room:1', 'presence_state', { ann: entry('a1') })
    expect([...result.current.keys()]).toEqual(['ann', 'cid'])
  })

  it('keeps the picture through a loss, and drops who left meanwhile', async () => {
    const { server, result } = await present()
    const ann = result.current.get('ann')
    await server.drop()
    expect(result.current.size).toBe(2)
    await pass(1_000)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.broadcast('room:1', 'presence_diff', { joins: { cid: entry('c1') }, leaves: {} })
    expect(result.current.size).toBe(2)
    await server.push('room:1', 'presence_state', { ann: entry('a1', 'a2') })
    expect([...result.current.keys()]).toEqual(['ann', 'cid'])
    expect(result.current.get('ann')).toBe(ann)
  })

  it('renders a selected part only when that part changes', async () => {
    let renders = 0
    const names = (state: PresenceState<Meta>) => [...state.keys()]
    const same = (a: string[], b: string[]) => a.join() === b.join()
    const { server, result } = await mountHook(() => (renders++, usePresence('room:1', names, same)), undefined)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.push('room:1', 'presence_state', { ann: entry('a1') })
    const before = result.current
    const renders_before = renders
    await server.broadcast('room:1', 'presence_diff', { joins: { ann: entry('a2') }, leaves: {} })
    expect(result.current).toBe(before)
    expect(renders).toBe(renders_before)
    await server.broadcast('room:1', 'presence_diff', { joins: { bob: entry('b1') }, leaves: {} })
    expect(result.current).toEqual(['ann', 'bob'])
  })

  it('does not loop with an inline selector that makes a new list each time', async () => {
    const { server, result } = await mountHook(() => usePresence('room:1', (state) => [...state.keys()]), undefined)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.push('room:1', 'presence_state', { ann: entry('a1') })
    expect(result.current).toEqual(['ann'])
  })
})
