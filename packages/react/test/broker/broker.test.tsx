import { act, renderHook } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createAction, createActions, createStore, joinTrailing, useStore } from '../../src/index.js'
import { FakeServer } from '../support/fake-server.js'
import { pass, useFakeTime } from '../support/harness.js'

useFakeTime()
afterEach(() => void vi.restoreAllMocks())

interface State {
  readonly hits: Readonly<Record<string, number>>
  readonly chosen: string
  readonly problem: string
  readonly status: string
  readonly connection: string
}

/** The clicks page in small, all of it made of this package. */
function clicks() {
  const server = new FakeServer()
  const realtime = server.realtime()
  const { hit } = createActions(realtime, 'clicks', ['hit'])
  const choose = createAction<string>()
  const store = createStore({
    initial: { hits: {}, chosen: '', problem: '', status: '', connection: '' } as State,
    realtime,
    topic: 'clicks',
    joined: (state, { hits }) => ({ ...state, hits }),
    events: { update_user: (state, { button, hits }) => ({ ...state, hits: { ...state.hits, [button]: hits } }) },
    channel: (state, { status }) => ({ ...state, status }),
    connection: (state, { status }) => ({ ...state, connection: status }),
    actions: (when) => {
      when(choose, (state, chosen) => ({ ...state, chosen }))
      when(hit.failed, (state, { result, payload }) => ({ ...state, problem: `${payload.button}: ${result.status}` }))
    },
  })
  return { server, realtime, hit, choose, store }
}

describe('createStore', () => {
  it('joins its topic while somebody reads it, and follows the server', async () => {
    const { server, store } = clicks()
    await pass()
    expect(server.connections).toHaveLength(0)
    const { result, unmount } = renderHook(() => useStore(store), { reactStrictMode: true })
    await pass()
    expect(server.sent('phx_join')).toHaveLength(1)
    await server.reply('clicks', 'phx_join', 'ok', { hits: { Tea: 1 } })
    await server.broadcast('clicks', 'update_user', { button: 'Tea', hits: 2 })
    expect(result.current).toMatchObject({ hits: { Tea: 2 }, status: 'joined', connection: 'open' })
    unmount()
    await pass(1_000)
    expect(server.sent('phx_leave')).toHaveLength(1)
    expect(server.connection.readyState).toBe(3)
  })

  it('listens to actions from the start, read or not', () => {
    const { choose, store } = clicks()
    choose('Tea')
    expect(store.getSnapshot().chosen).toBe('Tea')
    store.stop()
    choose('Mud')
    expect(store.getSnapshot().chosen).toBe('Tea')
  })

  it('that begins to read a topic others have long joined misses nothing', async () => {
    const { server, realtime, store } = clicks()
    realtime.acquire()
    realtime.channel('clicks').acquire()
    await pass()
    await server.reply('clicks', 'phx_join', 'ok', { hits: { Tea: 1 } })
    for (const hits of [2, 3]) await server.broadcast('clicks', 'update_user', { button: 'Tea', hits })
    const stop = store.listen(() => undefined)
    expect(store.getSnapshot().hits).toEqual({ Tea: 3 })
    stop()
    await server.broadcast('clicks', 'update_user', { button: 'Tea', hits: 4 })
    store.listen(() => undefined)
    expect(store.getSnapshot().hits).toEqual({ Tea: 4 })
  })

  it('takes the reply of a rejoin as the new truth', async () => {
    const { server, store } = clicks()
    store.listen(() => undefined)
    await pass()
    await server.reply('clicks', 'phx_join', 'ok', { hits: { Tea: 1 } })
    await server.drop()
    expect(store.getSnapshot()).toMatchObject({ status: 'errored', connection: 'offline', hits: { Tea: 1 } })
    await pass(1_000)
    await server.reply('clicks', 'phx_join', 'ok', { hits: { Tea: 9 } })
    expect(store.getSnapshot()).toMatchObject({ status: 'joined', hits: { Tea: 9 } })
  })

  it('keeps its state when a reducer throws', async () => {
    const said = vi.spyOn(console, 'error').mockReturnValue()
    const { server, store } = clicks()
    store.listen(() => undefined)
    await pass()
    await server.reply('clicks', 'phx_join', 'ok', null)
    expect(store.getSnapshot()).toMatchObject({ hits: {}, status: 'joined' })
    expect(said.mock.calls[0]?.[0]).toContain('a reducer threw')
  })

  it('gives components a part, which renders only when that part changes', async () => {
    const { choose, store } = clicks()
    let renders = 0
    const { result } = renderHook(() => ((renders += 1), useStore(store, ({ problem }) => problem)))
    await pass()
    const before = renders
    act(() => choose('Tea'))
    expect([result.current, renders]).toEqual(['', before])
  })
})

describe('createActions', () => {
  it('pushes, tells who listens, and settles', async () => {
    const { server, hit } = clicks()
    const told: unknown[] = []
    hit.listen((payload) => told.push(['called', payload]))
    hit.completed.listen(({ reply, payload }) => told.push(['completed', reply, payload]))
    const done = hit({ button: 'Tea' })
    await pass()
    await server.reply('clicks', 'phx_join', 'ok', { hits: {} })
    await server.reply('clicks', 'hit', 'ok', { hits: 2 })
    expect(await done).toEqual({ status: 'ok', response: { hits: 2 } })
    expect(told).toEqual([
      ['called', { button: 'Tea' }],
      ['completed', { hits: 2 }, { button: 'Tea' }],
    ])
    await pass(1_000)
    expect(server.sent('phx_leave')).toHaveLength(1)
  })

  it('tells what failed, and the store shows it', async () => {
    const { server, hit, store } = clicks()
    store.listen(() => undefined)
    await pass()
    await server.reply('clicks', 'phx_join', 'ok', { hits: {} })
    const done = hit({ button: 'Mud' })
    await server.reply('clicks', 'hit', 'error', { reason: 'unknown button' })
    expect((await done).status).toBe('error')
    expect(store.getSnapshot().problem).toBe('Mud: error')
  })

  it('goes on when a listener throws', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const choose = createAction<string>()
    const told: string[] = []
    choose.listen(() => {
      throw new Error('oops')
    })
    choose.listen((value) => told.push(value))
    choose('Tea')
    expect(told).toEqual(['Tea'])
  })
})

describe('joinTrailing', () => {
  it('waits for all, gives the last of each, and waits anew', () => {
    const [name, size, sugar] = [createAction<string>(), createAction<number>(), createAction()]
    const told: unknown[] = []
    const stop = joinTrailing([name, size, sugar], (values) => told.push(values))
    name('Tea')
    name('Coffee')
    size(2)
    expect(told).toEqual([])
    sugar()
    expect(told).toEqual([['Coffee', 2, undefined]])
    size(3)
    sugar()
    name('Mud')
    expect(told).toHaveLength(2)
    stop()
    name('x')
    size(1)
    sugar()
    expect(told).toHaveLength(2)
  })
})
