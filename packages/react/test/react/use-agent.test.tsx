import { useRef } from 'react'
import { act, renderHook } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { useAgent, useChannel } from '../../src/index.js'
import { mount, mountHook, pass, providers, useFakeTime } from '../support/harness.js'
import type { CounterState } from '../support/contract.js'
import type { FakeServer } from '../support/fake-server.js'

useFakeTime()

const epoch = 'e1'
const snapshot = (version: number, hits: number, more: object = {}) => ({ epoch, version, state: { hits, people: { ann: { name: 'Ann' } } }, ...more })
const patch = (version: number, hits: number, more: object = {}) => ({ epoch, version, ops: [{ op: 'replace', path: '/hits', value: hits }], ...more })

async function joined() {
  const view = await mountHook(() => useAgent('counter'), undefined)
  await view.server.reply('counter', 'phx_join', 'ok', snapshot(3, 10))
  return view
}
const joins = (server: FakeServer) => server.sent('phx_join', 'counter').map((frame) => frame[4])
const quiet = () => vi.spyOn(console, 'error').mockImplementation(() => undefined)

describe('useAgent', () => {
  it('is undefined, then what the join brings, then what the patches make of it, with one join under StrictMode', async () => {
    const { server, result } = await mountHook(() => useAgent('counter'), undefined)
    expect(result.current).toBeUndefined()
    await server.reply('counter', 'phx_join', 'ok', snapshot(3, 10))
    expect(result.current?.hits).toBe(10)
    const { people } = result.current as CounterState
    await server.broadcast('counter', 'patch', patch(4, 11))
    expect(result.current).toEqual({ hits: 11, people: { ann: { name: 'Ann' } } })
    expect(result.current?.people).toBe(people)
    expect(joins(server)).toEqual([{}])
  })

  it('renders when the selected part changes, and no other time', async () => {
    const renders = { whole: 0, people: 0 }
    function Whole() {
      useRef((renders.whole += 1))
      return <>{useAgent('counter')?.hits}</>
    }
    function People() {
      useRef((renders.people += 1))
      return <>{useAgent('counter', ({ people }) => people)?.['ann']?.name}</>
    }
    const { server, container } = await mount([<Whole key="1" />, <People key="2" />])
    await server.reply('counter', 'phx_join', 'ok', snapshot(1, 1))
    const before = { ...renders }
    await server.broadcast('counter', 'patch', patch(2, 2))
    await server.broadcast('counter', 'patch', { epoch, version: 3, ops: [] })
    expect(container.textContent).toBe('2Ann')
    // Twice: StrictMode.
    expect(renders).toEqual({ whole: before.whole + 2, people: before.people })
  })

  it('skips what the snapshot held already', async () => {
    const { server, result } = await joined()
    await server.broadcast('counter', 'patch', patch(2, 0))
    await server.broadcast('counter', 'patch', patch(3, 0))
    await server.broadcast('counter', 'patch', patch(4, 11))
    expect(result.current?.hits).toBe(11)
    expect(joins(server)).toHaveLength(1)
  })

  it('tells how far it is when it comes back, and goes on with what it missed', async () => {
    const { server, result } = await joined()
    await server.broadcast('counter', 'patch', patch(4, 11))
    const before = result.current
    await server.drop()
    await pass(1_000)
    expect(result.current).toBe(before)
    expect(joins(server).at(-1)).toEqual({ roost: { epoch, version: 4 } })
    await server.reply('counter', 'phx_join', 'ok', { epoch, version: 6, patches: [patch(5, 12), patch(6, 13)] })
    expect(result.current?.hits).toBe(13)
    expect(result.current?.people).toBe(before?.people)
    await server.broadcast('counter', 'patch', patch(7, 14))
    expect(result.current?.hits).toBe(14)
  })

  it('begins anew with the snapshot of a server that has another history', async () => {
    const { server, result } = await joined()
    const before = result.current
    await server.drop()
    await pass(1_000)
    await server.reply('counter', 'phx_join', 'ok', { ...snapshot(1, 10), epoch: 'e2' })
    expect(result.current).toBe(before)
    await server.broadcast('counter', 'patch', patch(2, 20, { epoch: 'e2' }))
    expect(result.current?.hits).toBe(20)
  })

  it('does not listen between a loss and the answer to the next join', async () => {
    const { server, result } = await joined()
    await server.push('counter', 'phx_error', { reason: 'channel_crash' })
    await pass(1_000)
    await server.broadcast('counter', 'patch', patch(9, 99))
    await server.reply('counter', 'phx_join', 'ok', { epoch, version: 3, patches: [] })
    expect(result.current?.hits).toBe(10)
    expect(joins(server)).toHaveLength(2)
  })

  it.each([
    ['a hole between the versions', patch(5, 12)],
    ['an operation that does not fit', { epoch, version: 4, ops: [{ op: 'remove', path: '/nobody' }] }],
    ['a patch that is none', { epoch, version: 4, ops: 'x' }],
    ['a patch of another history', patch(4, 12, { epoch: 'e2' })],
    ['a version that is none', patch(4.5, 12)],
    ['nonsense', 'nonsense'],
  ])('never shows %s: it asks for a snapshot', async (_what, wire) => {
    const said = quiet()
    const { server, result, realtime } = await joined()
    await server.broadcast('counter', 'patch', wire)
    await server.broadcast('counter', 'patch', patch(4, 99))
    expect(result.current?.hits).toBe(10)
    await pass(0)
    expect(joins(server)).toEqual([{}, {}])
    await server.reply('counter', 'phx_join', 'ok', snapshot(7, 70))
    expect(result.current?.hits).toBe(70)
    expect(realtime.counters().dropped).toBe(1)
    expect(said).toHaveBeenCalledWith('@roost/react:', expect.stringContaining('"patch" on "counter" was dropped'))
    said.mockRestore()
  })

  it.each([
    ['do not begin where we are', { epoch, version: 5, patches: [patch(5, 12)] }],
    ['do not reach the version they should', { epoch, version: 5, patches: [patch(4, 12)] }],
    ['do not fit', { epoch, version: 4, patches: [{ version: 4, ops: [{ op: 'remove', path: '/nobody' }] }] }],
    ['are of another history', { epoch: 'e2', version: 4, patches: [patch(4, 12)] }],
    ['are none', { epoch, version: 4, patches: 'x' }],
    ['are nonsense', { epoch, version: 4, patches: [null] }],
    ['are not there', {}],
  ])('asks for a snapshot when the patches of a rejoin %s', async (_what, reply) => {
    const said = quiet()
    const { server, result } = await joined()
    await server.drop()
    await pass(1_000)
    await server.reply('counter', 'phx_join', 'ok', reply)
    expect(result.current?.hits).toBe(10)
    await pass(0)
    expect(joins(server).at(-1)).toEqual({})
    await server.reply('counter', 'phx_join', 'ok', snapshot(7, 70))
    expect(result.current?.hits).toBe(70)
    said.mockRestore()
  })

  it('asks a server that never fits ever more rarely', async () => {
    const said = quiet()
    const { server } = await joined()
    const at: number[] = []
    let now = 0
    for (; now < 20_000; now += 250) {
      const before = joins(server).length
      await server.broadcast('counter', 'patch', patch(99, 0))
      await pass(250)
      if (joins(server).length === before) continue
      at.push(now)
      await server.reply('counter', 'phx_join', 'ok', snapshot(3, 10))
    }
    expect(at.length).toBeGreaterThan(4)
    expect(at.length).toBeLessThan(12)
    said.mockRestore()
  })

  it('says what is wrong with a topic that has no such state, and joins it once', async () => {
    const said = quiet()
    const { server, result, realtime } = await mountHook(() => [useAgent('counter'), useChannel('counter').status] as const, undefined)
    await server.reply('counter', 'phx_join', 'ok', { hello: 1 })
    await pass(20_000)
    expect(result.current).toEqual([undefined, 'joined'])
    expect(joins(server)).toHaveLength(1)
    expect(realtime.counters().dropped).toBe(1)
    said.mockRestore()
  })

  it('catches up when it comes to a topic that others have long joined', async () => {
    const { server, realtime } = await mountHook(() => useChannel('counter').status, undefined)
    await server.reply('counter', 'phx_join', 'ok', snapshot(3, 10))
    await server.broadcast('counter', 'patch', patch(4, 11))
    const late = renderHook(() => useAgent('counter')?.hits, { wrapper: providers(realtime) })
    expect(late.result.current).toBe(11)
  })

  it('asks for a snapshot when it comes so late that not all is remembered', async () => {
    const said = quiet()
    const { server, result, rerender } = await mountHook(({ topic }: { topic: 'counter' | null }) => [useChannel('counter').status, useAgent(topic)?.hits] as const, { topic: null as 'counter' | null })
    await server.reply('counter', 'phx_join', 'ok', snapshot(0, 0))
    for (let version = 1; version <= 501; version += 1) await server.broadcast('counter', 'patch', patch(version, version))
    rerender({ topic: 'counter' })
    await pass(0)
    expect(joins(server)).toHaveLength(2)
    await server.reply('counter', 'phx_join', 'ok', snapshot(501, 501))
    expect(result.current[1]).toBe(501)
    said.mockRestore()
  })

  it('forgets when nobody uses the topic any more, and is idle without one', async () => {
    const { server, result, rerender } = await mountHook(({ topic }: { topic: 'counter' | null }) => useAgent(topic, ({ hits }) => hits), { topic: 'counter' as 'counter' | null })
    await server.reply('counter', 'phx_join', 'ok', snapshot(3, 10))
    rerender({ topic: null })
    expect(result.current).toBeUndefined()
    await pass(300)
    act(() => rerender({ topic: 'counter' }))
    await pass(0)
    expect(result.current).toBeUndefined()
    expect(joins(server)).toEqual([{}, {}])
  })
})
