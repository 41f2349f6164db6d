import { act } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { useAction, useAgent } from '../../src/index.js'
import { mountHook, pass, useFakeTime } from '../support/harness.js'

useFakeTime()

const epoch = 'e1'
const add = (state: { hits: number; people: object }, { by }: { by: number }) => ({ ...state, hits: state.hits + by })

async function counter({ optimistic = true } = {}) {
  const view = await mountHook(
    () => ({
      hits: useAgent('counter', ({ hits }) => hits),
      hit: useAction('counter', 'hit', optimistic ? { optimistic: add as never } : {}),
    }),
    undefined,
  )
  await view.server.reply('counter', 'phx_join', 'ok', { epoch, version: 3, state: { hits: 10, people: {} } })
  const run = (by: number) => {
    act(() => void view.result.current.hit.run({ by }))
    return pass()
  }
  const patch = (version: number, hits: number) =>
    view.server.broadcast('counter', 'patch', { epoch, version, ops: [{ op: 'replace', path: '/hits', value: hits }] })
  const shown = () => {
    const { hits, hit } = view.result.current
    return [hits, hit.pending, hit.error?.status] as const
  }
  return { ...view, run, patch, shown }
}

describe('useAction', () => {
  it('is pending until the answer, and the same function at every render', async () => {
    const { server, result, run, shown } = await counter({ optimistic: false })
    const first = result.current.hit.run
    expect(shown()).toEqual([10, false, undefined])
    await run(1)
    expect(shown()).toEqual([10, true, undefined])
    expect(server.sent('hit')[0]?.[4]).toEqual({ by: 1 })
    await server.reply('counter', 'hit', 'ok', { version: 4 })
    expect(shown()).toEqual([10, false, undefined])
    expect(result.current.hit.run).toBe(first)
  })

  it('carries the failure until the next run', async () => {
    const { server, result, run, shown } = await counter()
    await run(1)
    await server.reply('counter', 'hit', 'error', { reason: 'too many' })
    expect(result.current.hit.error).toEqual({ status: 'error', reason: 'too many', response: { reason: 'too many' } })
    await run(1)
    expect(shown()).toEqual([11, true, undefined])
    await server.drop()
    expect(shown()).toEqual([10, false, 'offline'])
  })

  it('shows what is expected at once, and takes it back when it fails', async () => {
    const { server, run, shown } = await counter()
    await run(5)
    expect(shown()).toEqual([15, true, undefined])
    await server.reply('counter', 'hit', 'error', { reason: 'no' })
    expect(shown()).toEqual([10, false, 'error'])
  })

  it('shows what others do meanwhile, too', async () => {
    const { run, patch, shown } = await counter()
    await run(5)
    await patch(4, 20)
    expect(shown()[0]).toBe(25)
  })

  it('does not flicker, whichever of answer and patch comes first', async () => {
    const { server, run, patch, shown } = await counter()
    await run(5)
    await server.reply('counter', 'hit', 'ok', { version: 4 })
    expect(shown()).toEqual([15, false, undefined])
    await patch(4, 15)
    expect(shown()[0]).toBe(15)
    await run(5)
    await patch(5, 20)
    await server.reply('counter', 'hit', 'ok', { version: 5 })
    expect(shown()).toEqual([20, false, undefined])
  })

  it('ends with the answer where that names no version', async () => {
    const { server, run, shown } = await counter()
    await run(5)
    await server.reply('counter', 'hit', 'ok', {})
    expect(shown()[0]).toBe(10)
  })

  it('is pending while one of several is', async () => {
    const { server, run, shown } = await counter()
    await run(1)
    await run(2)
    expect(shown()).toEqual([13, true, undefined])
    const [first, second] = server.sent('hit')
    await server.deliver([first![0], first![1], 'counter', 'phx_reply', { status: 'error', response: { reason: 'no' } }])
    expect(shown()).toEqual([12, true, 'error'])
    await server.deliver([second![0], second![1], 'counter', 'phx_reply', { status: 'ok', response: { version: 4 } }])
    expect(shown()).toEqual([12, false, undefined])
  })

  it('goes on without the expectation of one that throws', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { result, server } = await mountHook(
      () => [useAgent('counter', ({ hits }) => hits), useAction('counter', 'hit', { optimistic: () => { throw new Error('mine') } })] as const,
      undefined,
    )
    await server.reply('counter', 'phx_join', 'ok', { epoch, version: 3, state: { hits: 10, people: {} } })
    act(() => void result.current[1].run({ by: 1 }))
    expect(result.current[0]).toBe(10)
    expect(said).toHaveBeenCalledWith(expect.stringContaining('"optimistic" on "counter" threw'), expect.any(Error))
    said.mockRestore()
  })

  it('does nothing without a topic', async () => {
    const { result } = await mountHook(() => useAction(null as 'counter' | null, 'hit'), undefined)
    let outcome: unknown
    await act(async () => void (outcome = await result.current.run({ by: 1 })))
    expect(outcome).toEqual({ status: 'offline', sent: false })
    expect(result.current).toMatchObject({ pending: false, error: { status: 'offline' } })
  })
})
