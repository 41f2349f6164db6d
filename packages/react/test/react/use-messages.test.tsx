import { describe, expect, it } from 'vitest'
import { useMessages } from '../../src/index.js'
import { mountHook, pass, useFakeTime } from '../support/harness.js'

useFakeTime()

type Message = { id: number; body?: string }
type Reply = { messages: Message[] }
const options = { event: 'new_msg', initial: (reply: Reply) => reply.messages, max: 5 }
const hook = () => useMessages<Message, Reply>('room:1', options)
const ids = (list: readonly Message[]) => list.map(({ id }) => id)
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
    const both = ({ late }: { late: boolean }) => [hook(), useMessages<Message, Reply>(late ? 'room:1' : null, options)] as const
    const { server, result, rerender } = await mountHook(both, { late: false })
    await server.reply('room:1', 'phx_join', 'ok', reply(1))
    await server.broadcast('room:1', 'new_msg', { id: 2 })
    rerender({ late: true })
    expect(result.current[1]).toBe(result.current[0])
    expect(ids(result.current[1])).toEqual([1, 2])
  })

  it('knows messages by another key', async () => {
    const byBody = () => useMessages<Message>('room:1', { event: 'new_msg', id: ({ body }) => body ?? '' })
    const { server, result } = await mountHook(byBody, undefined)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.broadcast('room:1', 'new_msg', { id: 1, body: 'a' })
    await server.broadcast('room:1', 'new_msg', { id: 2, body: 'a' })
    expect(ids(result.current)).toEqual([1])
  })
})
