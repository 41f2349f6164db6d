import { describe, expect, it, vi } from 'vitest'
import type { AnyContract } from '../../src/index.js'
import { FakeServer } from '../support/fake-server.js'
import { pass, useFakeTime } from '../support/harness.js'

useFakeTime()

describe('a registry', () => {
  it('has one channel per topic', () => {
    const realtime = new FakeServer().realtime<AnyContract>()
    expect(realtime.channel('a')).toBe(realtime.channel('a'))
    expect(realtime.channel('a')).not.toBe(realtime.channel('b'))
  })

  it('forgets unused channels in the end, and never used ones', async () => {
    const realtime = new FakeServer().realtime<AnyContract>()
    const used = realtime.channel('used')
    const unused = realtime.channel('unused')
    const leave = used.acquire()
    for (let n = 0; n < 300; n += 1) realtime.channel(`other:${n}`)
    expect(realtime.channel('used')).toBe(used)
    expect(realtime.channel('unused')).not.toBe(unused)
    leave()
    await pass(1_000)
  })

  it('gives back a lease once, however often it is told to', async () => {
    const server = new FakeServer()
    const realtime = server.realtime<AnyContract>()
    realtime.acquire()
    const channel = realtime.channel('a')
    const first = channel.acquire()
    channel.acquire()
    await pass()
    first()
    first()
    await pass(1_000)
    expect(server.sent('phx_leave')).toHaveLength(0)
  })

  it('connects the application\'s own socket and never disconnects it', async () => {
    const { Socket } = await import('phoenix')
    const server = new FakeServer()
    const socket = new Socket('ws://fake/socket', { transport: server.transport })
    const disconnect = vi.spyOn(socket, 'disconnect')
    const realtime = server.realtime({ socket })
    const release = realtime.acquire()
    await pass()
    expect(realtime.connection.getSnapshot().status).toBe('open')
    release()
    await pass(1_000)
    expect(disconnect).not.toHaveBeenCalled()
  })
})
