// The scenarios against Roost itself, over sockets. Only where it was built: `./dev test` says so with ROOST_SERVER.
import { get } from 'node:http'
import { describe, inject, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createRealtime, type Realtime } from '../../src/index.js'
import type { ContractApp } from '../shared/contract.js'
import { scenarios } from '../shared/scenarios.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the contract server is, and the address that restarts it. */
    roost: { readonly base: string; readonly restart: string }
  }
}

const client = (user_id: string): Realtime<ContractApp> =>
  createRealtime<ContractApp>({
    url: `${inject('roost').base.replace('http', 'ws')}/socket`,
    params: { user_id },
    socket_options: { transport: WebSocket },
    linger_ms: 20,
  })

const restart = (): Promise<void> =>
  new Promise((resolve, reject) => {
    get(inject('roost').restart, (response) => {
      response.resume()
      response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error('no restart'))))
    }).on('error', reject)
  })

describe.runIf(process.env['ROOST_SERVER'])('with Roost', () => {
  scenarios('Roost', () =>
    Promise.resolve({
      client,
      restart,
      until: (check) => vi.waitFor(check, { timeout: 10_000, interval: 10 }),
      close: () => Promise.resolve(),
    }),
  )
})
