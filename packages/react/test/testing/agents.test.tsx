import { StrictMode, type ReactElement, type ReactNode } from 'react'
import { act, renderHook } from '@testing-library/react'
import { expect, it } from 'vitest'
import { RealtimeProvider, useAction, useAgent, type Realtime } from '../../src/index.js'
import { TestServer } from '../../src/testing/index.js'
import type { CounterState, TestContract } from '../support/contract.js'

const people = { ann: { name: 'Ann' }, 'b/~': { name: 'Bob' } }

function counterServer() {
  const server: TestServer<TestContract> = new TestServer<TestContract>({
    topics: {
      counter: {
        pushes: {
          hit({ by }) {
            void server.update('counter', (state) => ({ ...state, hits: state.hits + by }))
            return { version: server.version('counter') }
          },
        },
      },
    },
  })
  void server.agent('counter', { hits: 0, people })
  return server
}

const browser = (realtime: Realtime<TestContract>) =>
  renderHook(
    () => ({
      state: useAgent('counter'),
      hit: useAction('counter', 'hit', { optimistic: (state, { by }) => ({ ...state, hits: state.hits + by }) }),
    }),
    {
      wrapper: ({ children }: { children: ReactNode }): ReactElement => (
        <StrictMode>
          <RealtimeProvider realtime={realtime}>{children}</RealtimeProvider>
        </StrictMode>
      ),
    },
  )

it('an agent of the in-memory server is seen by all, and changed by actions', async () => {
  const server = counterServer()
  const [ann, bob] = [browser(server.realtime), browser(server.connect())]
  await server.settle()
  expect(ann.result.current.state).toEqual({ hits: 0, people })
  act(() => void ann.result.current.hit.run({ by: 2 }))
  expect([ann.result.current.state?.hits, bob.result.current.state?.hits]).toEqual([2, 0])
  await server.settle()
  expect([ann.result.current.state?.hits, bob.result.current.state?.hits]).toEqual([2, 2])
  expect(ann.result.current.hit.pending).toBe(false)
  expect(server.sent('counter', 'phx_join')).toEqual([{}, {}])
})

it('who comes back gets what it missed, or a snapshot', async () => {
  const server = counterServer()
  const { result } = browser(server.realtime)
  await server.settle()
  const update = (change: (state: CounterState) => CounterState) => server.update('counter', change)
  await update(({ hits }) => ({ hits, people: { ...people, cy: { name: 'Cy' } } }))
  await server.drop({ back: false })
  await update(({ hits }) => ({ hits: hits + 1, people: { 'b/~': { name: 'Rob' } } }))
  server.restore()
  await server.advance(1_000)
  expect(result.current.state).toEqual({ hits: 1, people: { 'b/~': { name: 'Rob' } } })
  expect(server.sent('counter', 'phx_join').at(-1)).toEqual({ roost: { epoch: 'epoch1', version: 1 } })
  await server.drop({ back: false })
  for (let i = 0; i < 20; i += 1) await update((state) => ({ ...state, hits: state.hits + 1 }))
  server.restore()
  await server.advance(1_000)
  expect(result.current.state?.hits).toBe(21)
  await server.restart()
  await server.advance(1_000)
  await update((state) => ({ ...state, hits: 0 }))
  expect(result.current.state?.hits).toBe(0)
  expect(server.realtime.counters().dropped).toBe(0)
})

it('a hole in what the server says is seen, and mended', async () => {
  const server = counterServer()
  const { result } = browser(server.realtime)
  await server.settle()
  await server.raw('counter', 'patch', { epoch: 'epoch1', version: 9, ops: [] })
  await server.update('counter', (state) => ({ ...state, hits: 7 }))
  await server.advance(1_000)
  expect(result.current.state?.hits).toBe(7)
  expect(server.sent('counter', 'phx_join')).toHaveLength(2)
})
