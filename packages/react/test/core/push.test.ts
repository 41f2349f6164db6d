import { act } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { PushOptions, PushResult } from '../../src/index.js'
import { FakeServer } from '../support/fake-server.js'
import { pass, useFakeTime } from '../support/harness.js'

useFakeTime()

async function joined() {
  const server = new FakeServer()
  const realtime = server.realtime()
  realtime.acquire()
  const room = realtime.channel('room:1')
  const leave = room.acquire()
  await pass()
  await server.reply('room:1', 'phx_join', 'ok')
  const start = (options?: PushOptions) => {
    const seen: { result?: PushResult } = {}
    act(() => void room.push('hit', { n: 1 }, options).then((result) => (seen.result = result)))
    return seen
  }
  return { server, room, start, leave }
}

describe('a push that may be retried', () => {
  it('is sent again after a lost connection, with the same id', async () => {
    const { server, start } = await joined()
    const seen = start({ retry: true })
    await server.drop()
    await pass(1_000)
    expect(seen.result).toBeUndefined()
    await server.reply('room:1', 'phx_join', 'ok')
    await server.reply('room:1', 'hit', 'ok', { hits: 2 })
    expect(seen.result).toEqual({ status: 'ok', response: { hits: 2 } })
    const [first, second, ...more] = server.sent('hit').map((frame) => frame[4] as { n: number; idempotency_id: string })
    expect(first).toEqual(second)
    expect(first?.idempotency_id).toMatch(/.{10}/)
    expect(more).toEqual([])
  })

  it('waits for a connection, and settles at its timeout when none comes', async () => {
    const { server, start } = await joined()
    server.accepting = false
    await server.drop()
    const seen = start({ retry: true, timeout_ms: 5_000 })
    await pass(4_999)
    expect(seen.result).toBeUndefined()
    await pass(1)
    expect(seen.result).toEqual({ status: 'offline', sent: false })
    server.accepting = true
    await pass(10_000)
    await server.reply('room:1', 'phx_join', 'ok')
    expect(server.sent('hit')).toHaveLength(0)
  })

  it('says that it may have arrived when it was sent before', async () => {
    const { server, start } = await joined()
    const seen = start({ retry: true, timeout_ms: 5_000, idempotency_id: 'mine' })
    server.accepting = false
    await server.drop()
    await pass(5_000)
    expect(seen.result).toEqual({ status: 'offline', sent: true })
    expect(server.sent('hit')[0]?.[4]).toEqual({ n: 1, idempotency_id: 'mine' })
  })

  it('settles when the last user of the channel has gone', async () => {
    const { server, start, leave } = await joined()
    server.accepting = false
    await server.drop()
    const seen = start({ retry: true })
    leave()
    await pass(1_000)
    expect(seen.result).toEqual({ status: 'offline', sent: false })
  })
})

describe('an optimistic push', () => {
  const shown = async (status: 'ok' | 'error') => {
    const steps: string[] = []
    const { server, room } = await joined()
    const optimistic = () => {
      steps.push('shown')
      return () => void steps.push('taken back')
    }
    const pushed = room.push('hit', { n: 1 }, { optimistic })
    steps.push('pushed')
    await pass()
    await server.reply('room:1', 'hit', status)
    await pushed
    return steps
  }
  it('is shown at once and stays when it ends well', async () => expect(await shown('ok')).toEqual(['shown', 'pushed']))
  it('is taken back when it does not', async () => expect(await shown('error')).toEqual(['shown', 'pushed', 'taken back']))
})

it('a payload that is no JSON settles as an error', async () => {
  const { room } = await joined()
  const cycle: { n?: number; self?: object } = {}
  cycle.self = cycle
  expect(await room.push('hit', cycle)).toMatchObject({ status: 'error', reason: expect.stringContaining('cannot be sent') as string })
})

it('a push may wait longer than phoenix.js does', async () => {
  const { server, start } = await joined()
  const seen = start({ timeout_ms: 30_000 })
  await pass(25_000)
  await server.reply('room:1', 'hit', 'ok', { hits: 1 })
  expect(seen.result).toEqual({ status: 'ok', response: { hits: 1 } })
})
