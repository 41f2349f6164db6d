import { act } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import type { Realtime } from '../../src/index.js'
import { backoff, drainDelay } from '../../src/core/backoff.js'
import { FakeServer } from '../support/fake-server.js'
import { pass, useFakeTime } from '../support/harness.js'

useFakeTime()

const status = (realtime: Realtime) => realtime.connection.getSnapshot().status

/** A connection that is open, and a channel that is joined. */
async function connected(options: object = {}) {
  const server = new FakeServer()
  const realtime = server.realtime(options)
  realtime.acquire()
  realtime.channel('room:1').acquire()
  await pass()
  await server.reply('room:1', 'phx_join', 'ok')
  return { server, realtime }
}

const happens = (event: string, target: EventTarget = window) => act(async () => void target.dispatchEvent(new Event(event)))

function visibility(state: 'visible' | 'hidden') {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state)
  return happens('visibilitychange', document)
}

describe('backoff', () => {
  it('is anything up to a bound that doubles and ends', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 50].map((tries) => backoff(tries, () => 1))).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000])
    expect(backoff(5, () => 0)).toBe(0)
  })
  it('takes the advice of a server that goes down, within reason', () => {
    const all = () => 1
    expect(drainDelay({ code: 1012, reason: 'restart; retry within 20000 ms' }, all)).toBe(20_000)
    expect(drainDelay({ code: 1012, reason: 'retry within 999999999 ms' }, all)).toBe(600_000)
    expect(drainDelay({ code: 1012, reason: 'retry within -5 ms' }, all)).toBe(3_000)
    expect(drainDelay({ code: 1012 }, all)).toBe(3_000)
    expect(drainDelay({ code: 1006, reason: 'retry within 20000 ms' }, all)).toBeUndefined()
    expect(drainDelay(undefined, all)).toBeUndefined()
  })
})

describe('a connection', () => {
  it('tells people of a loss only when it lasts', async () => {
    const { server, realtime } = await connected()
    await server.drop()
    expect(realtime.connection.getSnapshot()).toMatchObject({ status: 'offline', lost_since: undefined })
    await pass(500)
    expect(realtime.connection.getSnapshot()).toMatchObject({ status: 'open', lost_since: undefined })
    server.accepting = false
    const lost_at = Date.now()
    await server.drop()
    await pass(999)
    expect(realtime.connection.getSnapshot().lost_since).toBeUndefined()
    await pass(1)
    expect(realtime.connection.getSnapshot().lost_since).toBe(lost_at)
    server.accepting = true
    await pass(6_000)
    expect(realtime.connection.getSnapshot()).toMatchObject({ status: 'open', lost_since: undefined })
  })

  it('stays away as long as a server that goes down asks for, and then comes back', async () => {
    const { server, realtime } = await connected()
    await act(async () => server.connection.end(1012, 'retry within 20000 ms'))
    expect(status(realtime)).toBe('offline')
    await pass(9_999)
    await happens('online')
    expect(server.connections).toHaveLength(1)
    await pass(1)
    expect(server.connections).toHaveLength(2)
    expect(status(realtime)).toBe('open')
    expect(server.sent('phx_join')).toHaveLength(2)
  })

  it('connects at once when the network is back', async () => {
    const { server, realtime } = await connected()
    server.accepting = false
    await server.drop()
    await pass(20_000)
    server.accepting = true
    const before = server.connections.length
    await happens('online')
    expect(server.connections).toHaveLength(before + 1)
    expect(status(realtime)).toBe('open')
  })

  it('makes no attempts while the page is hidden, and one at once when it is seen', async () => {
    const { server, realtime } = await connected()
    await visibility('hidden')
    await server.drop()
    server.accepting = false
    await pass(60_000)
    // phoenix.js before 1.8 goes on.
    const before = server.connections.length
    if (process.env['ROOST_OLDEST'] === undefined) expect(before).toBe(1)
    server.accepting = true
    await visibility('visible')
    await pass()
    expect(server.connections).toHaveLength(before + 1)
    expect(status(realtime)).toBe('open')
  })

  it('gives up a connection that does not answer after the page slept', async () => {
    const { server, realtime } = await connected()
    await visibility('hidden')
    await visibility('visible')
    expect(server.sent('heartbeat')).toHaveLength(1)
    await pass(3_000 + 150) // phoenix.js waits that long for a connection to close
    expect(server.connections).toHaveLength(2)
    expect(status(realtime)).toBe('open')
    expect(server.sent('phx_join')).toHaveLength(2)
  })

  it('joins again over the next one when the old one never closes', async () => {
    const { server, realtime } = await connected()
    server.connection.is_stuck = true
    await visibility('visible')
    await pass(3_000 + 1_500)
    expect(server.connections).toHaveLength(2)
    expect(server.sent('phx_join')).toHaveLength(2)
    await server.reply('room:1', 'phx_join', 'ok')
    expect(realtime.channel('room:1').getSnapshot().status).toBe('joined')
  })

  it('keeps a connection that answers', async () => {
    const { server } = await connected()
    await happens('offline')
    await server.reply('phoenix', 'heartbeat', 'ok')
    await pass(10_000)
    expect(server.connections).toHaveLength(1)
  })

  it('is no loss when the page goes into the back/forward cache, and comes back from it', async () => {
    const { server, realtime } = await connected()
    const seen: string[] = []
    realtime.connection.subscribe(() => seen.push(status(realtime)))
    await happens('pagehide')
    await pass()
    expect(server.connection.readyState).toBe(3)
    await happens('pageshow')
    await pass(1_000)
    expect(seen).toEqual(['connecting', 'open'])
    expect(server.sent('phx_join')).toHaveLength(2)
  })

  it('listens to the page no more when nobody uses it', async () => {
    const added = vi.spyOn(window, 'addEventListener')
    const removed = vi.spyOn(window, 'removeEventListener')
    const server = new FakeServer()
    const release = server.realtime().acquire()
    await pass()
    const ours = added.mock.calls.filter(([, , options]) => options === undefined).map(([event]) => event)
    release()
    await pass(1_000)
    expect(removed.mock.calls.map(([event]) => event).sort()).toEqual(expect.arrayContaining(['offline', 'online', 'pagehide', 'pageshow']))
    expect(ours).toEqual(expect.arrayContaining(['online', 'offline']))
    await happens('online')
    expect(server.connections).toHaveLength(1)
  })

  it('says that it understands what Roost adds, and takes frames with a sixth element', async () => {
    const server = new FakeServer()
    const realtime = server.realtime({ params: () => ({ user_id: 'ann' }) })
    const room = realtime.channel('room:1')
    const heard: unknown[] = []
    room.on('x', (payload) => heard.push(payload))
    realtime.acquire()
    room.acquire()
    await pass()
    const query = new URL(server.connection.url).searchParams
    expect([query.get('roost'), query.get('user_id')]).toEqual(['1', 'ann'])
    const join = server.sent('phx_join')[0]!
    await server.deliver([join[0], join[1], 'room:1', 'phx_reply', { status: 'ok', response: {} }, { s: 1 }] as never)
    await server.deliver([null, null, 'room:1', 'x', { n: 1 }, { s: 2 }] as never)
    expect(room.getSnapshot().status).toBe('joined')
    expect(heard).toEqual([{ n: 1 }])
    expect(realtime.counters()).toMatchObject({ dropped: 0, undecodable: 0 })
  })

  it('drops what cannot be decoded, and goes on', async () => {
    const said = vi.spyOn(console, 'error').mockReturnValue()
    const { server, realtime } = await connected()
    const seen: unknown[] = []
    realtime.channel('room:1').on('x', (payload) => seen.push(payload))
    const nonsense = ['', 'nonsense', '{', '[]', '{}', 'null', '[null,null,"room:1"]', '[null,null,"room:1","x",null]', '[null,null,7,"x",{}]']
    for (const data of nonsense) await act(async () => server.connection.onmessage?.({ data }))
    await server.broadcast('room:1', 'x', { n: 1 })
    expect(seen).toEqual([{ n: 1 }])
    expect(realtime.counters().undecodable).toBe(nonsense.length)
    expect(said).toHaveBeenCalledTimes(nonsense.length)
  })

  it('needs a url or a socket', () => {
    const server = new FakeServer()
    expect(() => server.realtime({ url: '' })).toThrow('needs a url')
    expect(() => server.realtime({ url: undefined })).toThrow('needs a url')
    expect(() => server.realtime({ url: undefined, socket: undefined })).toThrow('needs a url')
  })
})
