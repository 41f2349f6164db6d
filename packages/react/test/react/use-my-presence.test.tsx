import { act } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { useMyPresence } from '../../src/index.js'
import { mountHook, pass, useFakeTime } from '../support/harness.js'

useFakeTime()

const initial = { x: 0, y: 0, typing: false }
const hook = () => useMyPresence('room:1', { event: 'me', initial })

async function joined() {
  const view = await mountHook(hook, undefined)
  await view.server.reply('room:1', 'phx_join', 'ok')
  const update = (change: Partial<typeof initial>) => act(() => view.result.current[1](change))
  const written = () => view.server.sent('me').map((frame) => (frame[4] as typeof initial).x)
  return { ...view, update, written }
}

describe('useMyPresence', () => {
  it('shows every change at once, and writes the first and the last of a burst', async () => {
    const { result, update, written } = await joined()
    for (const x of [1, 2, 3, 4]) update({ x })
    expect(result.current[0]).toEqual({ ...initial, x: 4 })
    expect(written()).toEqual([1])
    await pass(99)
    update({ x: 5 })
    expect(written()).toEqual([1])
    await pass(1)
    expect(written()).toEqual([1, 5])
    await pass(1_000)
    expect(written()).toEqual([1, 5])
  })

  it('writes nothing that changes nothing, and nothing before there is something to tell', async () => {
    const { update, written } = await joined()
    update({ x: 0 })
    await pass(1_000)
    expect(written()).toEqual([])
  })

  it('is told again after a rejoin, where it differs from what the server tracks by itself', async () => {
    const { server, update, written } = await joined()
    update({ x: 1 })
    await pass(200)
    await server.drop()
    update({ x: 2 })
    await pass(1_000)
    expect(written()).toEqual([1])
    await server.reply('room:1', 'phx_join', 'ok')
    await pass()
    expect(written()).toEqual([1, 2])
    await pass(200)
    update({ x: 0 })
    await pass(200)
    await server.drop()
    await pass(1_000)
    await server.reply('room:1', 'phx_join', 'ok')
    await pass(1_000)
    expect(written()).toEqual([1, 2, 0])
  })

  it('waits for the join', async () => {
    const { server, result } = await mountHook(hook, undefined)
    act(() => result.current[1]({ x: 7 }))
    expect(server.sent('me')).toHaveLength(0)
    await server.reply('room:1', 'phx_join', 'ok')
    await pass()
    expect(server.sent('me')).toHaveLength(1)
  })

  it('writes what is left when it unmounts', async () => {
    const { update, written, unmount } = await joined()
    update({ x: 1 })
    update({ x: 2 })
    unmount()
    await pass(1_000)
    expect(written()).toEqual([1, 2])
  })

  it('has the same update function at every render', async () => {
    const { result, update } = await joined()
    const before = result.current[1]
    update({ x: 1 })
    expect(result.current[1]).toBe(before)
  })
})
