import { afterEach, describe, expect, it, vi } from 'vitest'
import { FakeServer } from '../support/fake-server.js'
import { pass, useFakeTime } from '../support/harness.js'

useFakeTime()
afterEach(() => void vi.restoreAllMocks())

async function open(options: object = {}) {
  const server = new FakeServer()
  const realtime = server.realtime(options)
  realtime.acquire()
  const room = realtime.channel('room:1')
  return { server, realtime, room }
}

describe('params of a topic', () => {
  it('differ: in development the second user gets an error that names both places', async () => {
    const { room } = await open()
    room.acquire({ params: { n: 1 }, place: 'Header' })
    expect(() => room.acquire({ params: { n: 2 }, place: 'List' })).toThrow(/different params.*\{"n":1\} by Header.*\{"n":2\} by List/)
  })

  it('differ: in production the first count, and it is counted', async () => {
    const { room, server, realtime } = await open({ development: false })
    room.acquire({ params: { n: 1 } })
    room.acquire({ params: { n: 2 } })
    await pass()
    expect(server.sent('phx_join').map((frame) => frame[4])).toEqual([{ n: 1 }])
    expect(realtime.counters().conflicts).toBe(1)
  })

  it('agree when they say the same, or nothing', async () => {
    const { room, server } = await open()
    room.acquire()
    room.acquire({ params: () => ({ n: 1 }) })
    room.acquire({ params: { n: 1 } })
    await pass()
    expect(server.sent('phx_join').map((frame) => frame[4])).toEqual([{ n: 1 }])
  })

  it('of who comes while the channel lingers are those it is joined with', async () => {
    const { room, server } = await open()
    room.acquire({ params: { n: 1 } })()
    const first = room.acquire({ params: { n: 1 } })
    await pass()
    await server.reply('room:1', 'phx_join', 'ok', { n: 1 })
    first()
    room.acquire({ params: { n: 1 } })()
    await pass(100)
    expect(server.sent('phx_join')).toHaveLength(1)
    room.acquire({ params: { n: 2 } })
    expect(room.getSnapshot()).toMatchObject({ status: 'joining', response: undefined })
    await pass()
    expect(server.sent('phx_join').map((frame) => frame[4])).toEqual([{ n: 1 }, { n: 2 }])
    await server.reply('room:1', 'phx_join', 'ok', { n: 2 })
    expect(room.getSnapshot()).toMatchObject({ status: 'joined', response: { n: 2 } })
  })

  it('whose function throws are none, and that is told', async () => {
    const said = vi.spyOn(console, 'error').mockReturnValue()
    const { room, server, realtime } = await open()
    room.acquire({
      params: () => {
        throw new Error('no token yet')
      },
    })
    await pass()
    expect(server.sent('phx_join').map((frame) => frame[4])).toEqual([{}])
    expect(realtime.counters().threw).toBe(1)
    expect(said.mock.calls[0]?.[0]).toContain('join params')
  })
})

describe('what breaks the contract', () => {
  const text = (value: unknown) => (typeof value === 'string' ? undefined : 'expected a string')
  const field = (name: string) => (value: unknown) => {
    const problem = text((value as Record<string, unknown>)[name])
    return problem && `${name}: ${problem}`
  }
  const schema = { '~standard': { validate: (value: unknown) => (value === 1 ? {} : { issues: [{ message: 'not one', path: ['a', { key: 0 }] }] }) } }
  const checks = { 'room:{id}': { reply: field('name'), events: { new_msg: field('body'), x: schema }, presence: field('name'), replies: { hit: field('hits') } } }

  async function joined(development: boolean) {
    const said = vi.spyOn(console, 'error').mockReturnValue()
    const opened = await open({ checks, development })
    opened.room.acquire()
    await pass()
    await opened.server.reply('room:1', 'phx_join', 'ok', { name: 'general' })
    return { ...opened, said }
  }

  it('is dropped and counted, and in development told with the path', async () => {
    for (const development of [true, false]) {
      const { server, room, realtime, said } = await joined(development)
      const seen: unknown[] = []
      room.on('new_msg', (message) => seen.push(message))
      room.on('x', (value) => seen.push(value))
      await server.broadcast('room:1', 'new_msg', { body: 7 })
      await server.broadcast('room:1', 'x', 2)
      await server.broadcast('room:1', 'new_msg', { body: 'fits' })
      expect(seen).toEqual([{ body: 'fits' }])
      expect(realtime.counters().dropped).toBe(2)
      expect(said.mock.calls.map((words) => words.join(' '))).toEqual(
        development
          ? [
              '@roost/react: event "new_msg" on "room:1" was dropped, it does not fit: body: expected a string',
              '@roost/react: event "x" on "room:1" was dropped, it does not fit: a.0: not one',
            ]
          : [],
      )
      said.mockRestore()
    }
  })

  it('in a join reply ends the join as a refusal', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const { server, room } = await open({ checks })
    room.acquire()
    await pass()
    await server.reply('room:1', 'phx_join', 'ok', { nam: 'general' })
    expect(room.getSnapshot()).toMatchObject({ status: 'refused', error: { reason: 'the join reply does not fit: name: expected a string' } })
    expect(server.sent('phx_leave')).toHaveLength(1)
  })

  it('in the reply to a push settles it as an error', async () => {
    const { server, room } = await joined(true)
    const pushed = room.push('hit')
    await server.reply('room:1', 'hit', 'ok', { hits: 1 })
    expect(await pushed).toMatchObject({ status: 'error', reason: 'the reply does not fit: hits: expected a string' })
  })

  it('in presences leaves them as they are', async () => {
    const { server, room, realtime, said } = await joined(true)
    await server.push('room:1', 'presence_state', { ann: { metas: [{ phx_ref: '1', name: 'Ann' }] } })
    const before = room.presence.getSnapshot()
    const diff = (joins: unknown, leaves: unknown = {}) => server.broadcast('room:1', 'presence_diff', { joins, leaves })
    await diff({ bob: { metas: [{ phx_ref: '2', name: 7 }] } })
    await diff({ bob: { metas: [{ name: 'Bob' }] } })
    await diff({ bob: {} })
    await diff({ bob: null })
    await diff([])
    await diff({}, 'x')
    await server.broadcast('room:1', 'presence_diff', 'nonsense')
    await server.push('room:1', 'presence_state', { ann: 3 })
    expect(room.presence.getSnapshot()).toBe(before)
    expect(realtime.counters().dropped).toBe(8)
    expect(said.mock.calls[0]?.join(' ')).toContain('bob.metas.0.name: expected a string')
  })

  it('is what a check that throws, or is not done at once, was given', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const slow = { '~standard': { validate: () => Promise.resolve({}) } }
    const broken = () => {
      throw new Error('oops')
    }
    const { server, room, realtime } = await open({ checks: { 'room:{id}': { events: { new_msg: slow, x: broken } } } })
    room.acquire()
    await pass()
    const seen: unknown[] = []
    room.on('new_msg', (message) => seen.push(message))
    room.on('x', (value) => seen.push(value))
    await server.broadcast('room:1', 'new_msg', {})
    await server.broadcast('room:1', 'x', {})
    expect([seen, realtime.counters().dropped]).toEqual([[], 2])
  })
})

describe('a handler that throws', () => {
  it('keeps nobody else from hearing, and is counted', async () => {
    const said = vi.spyOn(console, 'error').mockReturnValue()
    const { server, room, realtime } = await open()
    room.acquire()
    await pass()
    const seen: unknown[] = []
    room.on('x', () => {
      throw new Error('oops')
    })
    room.on('x', (payload) => seen.push(payload))
    room.subscribe(() => {
      throw new Error('oops')
    })
    await server.broadcast('room:1', 'x', { n: 1 })
    await server.reply('room:1', 'phx_join', 'ok')
    expect(seen).toEqual([{ n: 1 }])
    expect(room.getSnapshot().status).toBe('joined')
    expect(realtime.counters().threw).toBe(1)
    expect(said).toHaveBeenCalledTimes(2)
  })

  it('in `initial` of messages does not keep the channel from being joined', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const { server, room, realtime } = await open()
    const list = room.messages({ event: 'new_msg', initial: (reply) => reply.messages })
    room.acquire()
    await pass()
    await server.reply('room:1', 'phx_join', 'ok', null)
    expect(room.getSnapshot().status).toBe('joined')
    expect(list.getSnapshot().messages).toEqual([])
    expect(realtime.counters().threw).toBe(1)
  })
})
