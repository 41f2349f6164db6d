import { act, renderHook } from '@testing-library/react'
import { createAction, createStore } from 'reflux-core'
import { describe, expect, it } from 'vitest'
import { useStore, wireChannel } from '../../src/reflux/index.js'
import { FakeServer } from '../support/fake-server.js'
import { pass, useFakeTime } from '../support/harness.js'

useFakeTime()

type State = { status: string; connection: string; hits: Record<string, number>; failures: string[] }
type Hit = { button: string; hits: number }

/** A clicks page in small: a real Reflux store and a real Reflux action. */
function clicks() {
  const hit = createAction({ asyncResult: true })
  const store = createStore({
    state: { status: '', connection: '', hits: {}, failures: [] } as State,
    set(change: Partial<State>) {
      this.state = { ...this.state, ...change }
      this.trigger(this.state)
    },
    onUpdate({ button, hits }: Hit) {
      this.set({ hits: { ...this.state.hits, [button]: hits } })
    },
  })
  const server = new FakeServer()
  const realtime = server.realtime()
  hit.failed.listen((result: { status: string }) => store.set({ failures: [...store.state.failures, result.status] }))
  const unwire = wireChannel({
    realtime,
    topic: 'clicks',
    push: { hit },
    receive: { update_user: store.onUpdate },
    joined: ({ hits }) => store.set({ hits }),
    channel: ({ status }) => store.set({ status }),
    connection: ({ status }) => store.set({ connection: status }),
  })
  return { server, store, hit, unwire }
}

async function joined() {
  const page = clicks()
  await pass()
  await page.server.reply('clicks', 'phx_join', 'ok', { hits: { Tea: 1 } })
  return page
}

describe('wireChannel', () => {
  it('tells the store of connection, join and reply', async () => {
    const { store } = await joined()
    expect(store.state).toEqual({ status: 'joined', connection: 'open', hits: { Tea: 1 }, failures: [] })
  })

  it('pushes what the action is called with, and tells how it went', async () => {
    const { server, hit, store } = await joined()
    const replies: unknown[] = []
    hit.completed.listen((...args: unknown[]) => replies.push(args))
    hit({ button: 'Tea' })
    await pass(1)
    expect(server.sent('hit').map((frame) => frame[4])).toEqual([{ button: 'Tea' }])
    await server.reply('clicks', 'hit', 'ok', { hits: 2 })
    await pass(1)
    expect(replies).toEqual([[{ hits: 2 }, { button: 'Tea' }]])
    hit({ button: 'Mud' })
    await pass(1)
    await server.reply('clicks', 'hit', 'error', { reason: 'unknown button' })
    await pass(1)
    expect(store.state.failures).toEqual(['error'])
  })

  it('gives broadcasts to the store, and the store to components', async () => {
    const { server, store } = await joined()
    const { result } = renderHook(() => useStore<State>(store))
    await server.broadcast('clicks', 'update_user', { button: 'Tea', hits: 7 })
    expect(result.current.hits).toEqual({ Tea: 7 })
  })

  it('takes the reply of a rejoin as the new truth', async () => {
    const { server, store } = await joined()
    await server.drop()
    expect(store.state).toMatchObject({ status: 'errored', connection: 'offline' })
    await pass(1_000)
    await server.reply('clicks', 'phx_join', 'ok', { hits: { Tea: 9 } })
    expect(store.state).toMatchObject({ status: 'joined', connection: 'open', hits: { Tea: 9 } })
  })

  it('leaves, disconnects and lets go of everything when unwired', async () => {
    const { server, store, hit, unwire } = await joined()
    act(unwire)
    await pass(1_000)
    const before = store.state
    expect(server.sent('phx_leave')).toHaveLength(1)
    expect(server.connection.readyState).toBe(3)
    hit({ button: 'Tea' })
    await pass(1)
    expect(server.sent('hit')).toHaveLength(0)
    expect(store.state).toBe(before)
  })
})
