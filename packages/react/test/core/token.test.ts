import { describe, expect, it } from 'vitest'
import type { Token } from '../../src/index.js'
import { FakeServer } from '../support/fake-server.js'
import { pass, useFakeTime } from '../support/harness.js'

useFakeTime()

// phoenix.js before 1.8 knows no authToken.
const is_old = process.env['ROOST_OLDEST'] !== undefined

/** A server, a token function that answers t1, t2, ..., and the tokens that the server saw. */
function guarded({ lives_ms, auth_param, tokens }: { lives_ms?: number; auth_param?: string; tokens?: () => Token | Promise<Token> }) {
  const server = new FakeServer()
  const asked: string[] = []
  const next = (): Token => {
    asked.push(`t${asked.length + 1}`)
    const token = asked.at(-1) ?? ''
    return lives_ms === undefined ? token : { token, expires_at: Date.now() + lives_ms }
  }
  const param = auth_param ?? (is_old ? 'token' : undefined)
  const realtime = server.realtime({ auth: tokens ?? (async () => next()), ...(param !== undefined && { auth_param: param }) })
  const seen = () => server.connections.map(({ url, protocols }) => new URL(url).searchParams.get('token') ?? tokenIn(protocols))
  return { server, realtime, asked, seen }
}

const tokenIn = (protocols: readonly string[] = []) => atob(protocols[1]?.replace('base64url.bearer.phx.', '') ?? '')

describe('a token', () => {
  it('is fetched before the first connect and sent as phoenix.js sends it', async () => {
    const { realtime, seen } = guarded({})
    realtime.acquire()
    await pass()
    expect(seen()).toEqual(['t1'])
  })

  it('needs a param with a phoenix.js that knows no authToken', () => {
    const realtime = new FakeServer().realtime({ auth: () => 'token' })
    const acquire = () => realtime.acquire()
    if (is_old) expect(acquire).toThrow('name an auth_param')
    else expect(acquire).not.toThrow()
  })

  it('goes into a param where the application wants that', async () => {
    const { realtime, server } = guarded({ auth_param: 'token' })
    realtime.acquire()
    await pass()
    expect(new URL(server.connection.url).searchParams.get('token')).toBe('t1')
    expect(server.connection.protocols).toBeUndefined()
  })

  it('is kept for a reconnect while it is good', async () => {
    const { realtime, server, seen } = guarded({ lives_ms: 600_000 })
    realtime.acquire()
    await pass()
    await server.drop()
    await pass(1_000)
    expect(seen()).toEqual(['t1', 't1'])
  })

  it('is fetched anew before it ends', async () => {
    const { realtime, server, asked, seen } = guarded({ lives_ms: 50_000 })
    realtime.acquire()
    await pass()
    await pass(19_999)
    expect(asked).toEqual(['t1'])
    await pass(1)
    expect(asked).toEqual(['t1', 't2'])
    await server.drop()
    await pass(1_000)
    expect(seen()).toEqual(['t1', 't2'])
  })

  it('tells its own end when it is a JSON Web Token', async () => {
    let asked = 0
    const jwt = () => `e30.${btoa(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 60, n: (asked += 1) }))}.c2ln`
    const { realtime } = guarded({ tokens: jwt })
    realtime.acquire()
    await pass(10_000)
    expect(asked).toBe(1)
    await pass(25_000)
    expect(asked).toBe(2)
  })

  it('is fetched anew after a refusal', async () => {
    const { realtime, server, seen } = guarded({})
    server.accepting = false
    realtime.acquire()
    await pass()
    server.accepting = true
    await pass(1_000)
    expect(seen()).toEqual(['t1', 't2'])
    expect(realtime.connection.getSnapshot().status).toBe('open')
  })

  it('is asked for again, ever slower, when it cannot be had', async () => {
    let asked = 0
    const { realtime, server } = guarded({
      tokens: () => {
        asked += 1
        return asked < 4 ? Promise.reject(new Error('no')) : 'good'
      },
    })
    realtime.acquire()
    await pass()
    expect([asked, realtime.connection.getSnapshot().status]).toEqual([1, 'offline'])
    await pass(125 + 250)
    expect([asked, server.connections.length]).toEqual([3, 0])
    await pass(500)
    expect([asked, server.connections.length]).toEqual([4, 1])
    expect(realtime.connection.getSnapshot().status).toBe('open')
  })

  it('that never comes is asked for again', async () => {
    let asked = 0
    const { realtime } = guarded({ tokens: () => ((asked += 1) === 1 ? new Promise<Token>(() => undefined) : 'good') })
    realtime.acquire()
    await pass(9_999)
    expect(asked).toBe(1)
    await pass(1_000)
    expect(asked).toBe(2)
    expect(realtime.connection.getSnapshot().status).toBe('open')
  })

  it('that comes too late for anybody opens nothing', async () => {
    let give: (token: Token) => void = () => undefined
    const { realtime, server } = guarded({ tokens: () => new Promise<Token>((resolve) => (give = resolve)) })
    const release = realtime.acquire()
    await pass()
    release()
    await pass(1_000)
    give('late')
    await pass(1_000)
    expect(server.connections).toHaveLength(0)
  })
})
