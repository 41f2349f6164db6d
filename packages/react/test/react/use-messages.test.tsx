import { describe, expect, it } from 'vitest'
import { useChannel, useMessages } from '../../src/index.js'
import type { Message } from '../support/contract.js'
import { mountHook, pass, useFakeTime } from '../support/harness.js'

useFakeTime()

const options = { event: 'new_msg' as const, initial: (reply: { messages: Message[] }) => reply.messages, max: 5 }
const hook = () => useMessages('room:1', options)
const ids = ({ messages }: { messages: readonly Message[] }) => messages.map(({ id }) => id)
const reply = (...list: number[]) => ({ messages: list.map((id) => ({ id })) })

describe('useMessages', () => {
  it('shows the reply, then live messages, in order, without repeats', async () => {
    const { server, result } = await mountHook(hook, undefined)
    await server.reply('room:1', 'phx_join', 'ok', reply(1, 2))
    for (const id of [2, 3, 3, 4]) await server.broadcast('room:1', 'new_msg', { id })
    expect(ids(result.current)).toEqual([1, 2, 3, 4])
  })

  it('keeps at most max', async () => {
    const { server, result } = await mountHook(hook, undefined)
    await server.reply('room:1', 'phx_join', 'ok', reply(1, 2, 3))
    for (const id of [4, 5, 6, 7]) await server.broadcast('room:1', 'new_msg', { id })
    expect(ids(result.current)).toEqual([3, 4, 5, 6, 7])
  })

  it('is the same list until a message comes', async () => {
    const { server, result, rerender } = await mountHook(hook, undefined)
    await server.reply('room:1', 'phx_join', 'ok', reply(1))
    const before = result.current
    await server.broadcast('room:1', 'new_msg', { id: 1 })
    rerender(undefined)
    expect(result.current).toBe(before)
  })

  it('fills the gap after a reconnect from the new reply', async () => {
    const { server, result } = await mountHook(hook, undefined)
    await server.reply('room:1', 'phx_join', 'ok', reply(1, 2))
    await server.drop()
    expect(ids(result.current)).toEqual([1, 2])
    await pass(1_000)
    await server.reply('room:1', 'phx_join', 'ok', reply(2, 3, 4))
    expect(ids(result.current)).toEqual([1, 2, 3, 4])
  })

  it('gives a component that comes later the whole list', async () => {
    const both = ({ late }: { late: boolean }) => [hook(), useMessages(late ? 'room:1' : null, options)] as const
    const { server, result, rerender } = await mountHook(both, { late: false })
    await server.reply('room:1', 'phx_join', 'ok', reply(1))
    await server.broadcast('room:1', 'new_msg', { id: 2 })
    rerender({ late: true })
    expect(result.current[1]).toBe(result.current[0])
    expect(ids(result.current[1])).toEqual([1, 2])
  })

  it('knows messages by another key', async () => {
    const byBody = () => useMessages('room:1', { event: 'new_msg', id: ({ body }) => body ?? '' })
    const { server, result } = await mountHook(byBody, undefined)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.broadcast('room:1', 'new_msg', { id: 1, body: 'a' })
    await server.broadcast('room:1', 'new_msg', { id: 2, body: 'a' })
    expect(ids(result.current)).toEqual([1])
  })

  it('marks where messages may be missing when no reply brings them', async () => {
    const live = () => useMessages('room:1', { event: 'new_msg' })
    const { server, result } = await mountHook(live, undefined)
    const gaps = () => [...result.current.gaps].map(({ id }) => id)
    await server.reply('room:1', 'phx_join', 'ok')
    for (const id of [1, 2]) await server.broadcast('room:1', 'new_msg', { id })
    await server.drop()
    await pass(1_000)
    await server.reply('room:1', 'phx_join', 'ok')
    expect(gaps()).toEqual([])
    await server.broadcast('room:1', 'new_msg', { id: 2 })
    expect(gaps()).toEqual([])
    for (const id of [7, 8]) await server.broadcast('room:1', 'new_msg', { id })
    expect(ids(result.current)).toEqual([1, 2, 7, 8])
    expect(gaps()).toEqual([7])
  })

  it('keeps messages that have no id', async () => {
    const { server, result } = await mountHook(() => useMessages('room:1', { event: 'x' }), undefined)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.broadcast('room:1', 'x', { n: 1 })
    await server.broadcast('room:1', 'x', { n: 1 })
    expect(result.current.messages).toEqual([{ n: 1 }, { n: 1 }])
  })

  it('keeps the messages that a rejoin brings again as they are', async () => {
    const { server, result } = await mountHook(hook, undefined)
    await server.reply('room:1', 'phx_join', 'ok', reply(1, 2))
    const before = result.current
    await server.drop()
    await pass(1_000)
    await server.reply('room:1', 'phx_join', 'ok', reply(1, 2))
    expect(result.current).toBe(before)
  })

  it('that begins on a topic others have long joined shows all that came since', async () => {
    const late = ({ on }: { on: boolean }) => [useChannel('room:1').status, useMessages(on ? 'room:1' : null, options)] as const
    const { server, result, rerender } = await mountHook(late, { on: false })
    await server.reply('room:1', 'phx_join', 'ok', reply(1, 2))
    for (const id of [2, 3, 4]) await server.broadcast('room:1', 'new_msg', { id })
    rerender({ on: true })
    expect(ids(result.current[1])).toEqual([1, 2, 3, 4])
    expect(result.current[1].gaps.size).toBe(0)
  })

  it('that begins too late for all of it says where some are missing', async () => {
    const late = ({ on }: { on: boolean }) => [useChannel('room:1').status, useMessages(on ? 'room:1' : null, { ...options, max: 1_000 })] as const
    const { server, result, rerender } = await mountHook(late, { on: false })
    await server.reply('room:1', 'phx_join', 'ok', reply(0))
    for (let id = 1; id <= 501; id += 1) await server.broadcast('room:1', 'new_msg', { id })
    rerender({ on: true })
    expect(ids(result.current[1]).slice(0, 2)).toEqual([0, 2])
    expect([...result.current[1].gaps].map(({ id }) => id)).toEqual([2])
  })
})
