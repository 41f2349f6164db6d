import { deny, no_reply, TestServer } from '../../src/testing/index.js'
import type { ContractApp } from '../shared/contract.js'
import { scenarios } from '../shared/scenarios.js'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

/** The contract application on the in-memory server. */
function contractApp(): TestServer<ContractApp> {
  const server: TestServer<ContractApp> = new TestServer<ContractApp>({
    topics: {
      'room:{id}': {
        join: ({ deny: denied }) => (denied ? deny('unauthorized') : {}),
        pushes: {
          echo: (payload) => payload,
          echo_error: (payload) => deny(payload),
          new_msg: (payload, topic) => (void server.broadcast(topic as `room:${string}`, 'new_msg', payload), no_reply),
          silent: () => no_reply,
          crash: (_payload, topic) => (void server.crash(topic as `room:${string}`), no_reply),
          stop: (_payload, topic) => (void server.close(topic as `room:${string}`), no_reply),
        },
      },
      counter: {
        pushes: {
          hit({ by }) {
            void server.update('counter', ({ hits }) => ({ hits: hits + by }))
            return { version: server.version('counter') }
          },
        },
      },
      'presence:{id}': {
        join({ key = 'anon', meta = { status: 'online' } }, topic) {
          void server.track(topic as `presence:${string}`, key, meta)
          return {}
        },
        leave: ({ key = 'anon' }, topic) => void server.untrack(topic as `presence:${string}`, key),
        pushes: { update: ({ key = 'anon', meta }, topic) => void server.track(topic as `presence:${string}`, key, meta) },
      },
    },
  })
  void server.agent('counter', { hits: 0 })
  return server
}

scenarios('the in-memory server', async () => {
  const server = contractApp()
  const others = [server.realtime]
  return {
    client: () => others.pop() ?? server.connect(),
    async until(check) {
      for (let turn = 0; ; turn += 1) {
        await server.advance(turn === 0 ? 0 : 50)
        try {
          return check()
        } catch (error) {
          if (turn === 100) throw error
        }
      }
    },
    restart: () => server.drop(),
    close: () => server.settle(),
  }
})
