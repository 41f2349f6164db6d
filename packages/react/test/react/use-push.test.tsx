import { act } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { useChannel, usePush, type PushResult } from '../../src/index.js'
import { FakeServer } from '../support/fake-server.js'
import { mountHook, pass, useFakeTime } from '../support/harness.js'

useFakeTime()

async function joined(server = new FakeServer()) {
  const view = await mountHook(() => usePush('room:1'), undefined, server)
  await server.reply('room:1', 'phx_join', 'ok')
  return view
}

/** Starts a push and notes how it settles. */
function start(push: ReturnType<typeof usePush>, timeout_ms?: number) {
  const seen: { result?: PushResult } = {}
  act(() => void push('hit', { n: 1 }, timeout_ms === undefined ? {} : { timeout_ms }).then((result) => (seen.result = result)))
  return seen
}

describe('usePush settles', () => {
  it('ok with the reply', async () => {
    const { server, result } = await joined()
    const seen = start(result.current)
    await server.reply('room:1', 'hit', 'ok', { hits: 2 })
    expect(seen.result).toEqual({ status: 'ok', response: { hits: 2 } })
    expect(server.sent('hit')[0]?.[4]).toEqual({ n: 1 })
  })

  it('error with the reason', async () => {
    const { server, result } = await joined()
    const seen = start(result.current)
    await server.reply('room:1', 'hit', 'error', { reason: 'unknown button' })
    expect(seen.result).toMatchObject({ status: 'error', reason: 'unknown button' })
  })

  it('timeout when nobody answers', async () => {
    const { result } = await joined()
    const seen = start(result.current, 3_000)
    await pass(2_999)
    expect(seen.result).toBeUndefined()
    await pass(2)
    expect(seen.result).toEqual({ status: 'timeout' })
  })

  it('offline at once without a connection, and never sends it later', async () => {
    const { server, result } = await joined()
    server.accepting = false
    await server.drop()
    const seen = start(result.current)
    await pass()
    expect(seen.result).toEqual({ status: 'offline', sent: false })
    server.accepting = true
    await pass(6_000)
    await server.reply('room:1', 'phx_join', 'ok')
    await pass(1_000)
    expect(server.sent('hit')).toHaveLength(0)
  })

  it('offline, perhaps done, when the connection is lost before the answer', async () => {
    const { server, result } = await joined()
    const seen = start(result.current)
    await server.drop()
    expect(seen.result).toEqual({ status: 'offline', sent: true })
  })
})

describe('usePush', () => {
  it('waits for the join', async () => {
    const { server, result } = await mountHook(() => usePush('room:1'), undefined)
    const seen = start(result.current)
    await pass(100)
    expect(server.sent('hit')).toHaveLength(0)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.reply('room:1', 'hit', 'ok')
    expect(seen.result?.status).toBe('ok')
  })

  it('settles with the refusal when the join is refused, before and after', async () => {
    const { server, result } = await mountHook(() => usePush('room:x'), undefined)
    const before = start(result.current)
    await server.reply('room:x', 'phx_join', 'error', { reason: 'no such room' })
    const after = start(result.current)
    await pass()
    expect(before.result).toMatchObject({ status: 'error', reason: 'no such room' })
    expect(after.result).toMatchObject({ status: 'error', reason: 'no such room' })
  })

  it('settles with an error when the channel crashes on it', async () => {
    const { server, result } = await joined()
    const seen = start(result.current)
    await server.push('room:1', 'phx_error', {})
    expect(seen.result).toMatchObject({ status: 'error', reason: 'channel crashed' })
  })

  it('is the same function at every render', async () => {
    const { server, result } = await mountHook(() => (useChannel('room:1'), usePush('room:1')), undefined)
    const before = result.current
    await server.reply('room:1', 'phx_join', 'ok')
    expect(result.current).toBe(before)
  })

  it('is offline for null', async () => {
    const { result } = await mountHook(() => usePush(null), undefined)
    expect(await result.current('hit')).toEqual({ status: 'offline', sent: false })
  })
})
