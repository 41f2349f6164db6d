import { useState } from 'react'
import { act, fireEvent, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { useChannel, useConnection, useEvent } from '../../src/index.js'
import { FakeServer } from '../support/fake-server.js'
import { mount, mountHook, pass, useFakeTime } from '../support/harness.js'

useFakeTime()

describe('useChannel', () => {
  it('sends exactly one join frame under StrictMode', async () => {
    const { server } = await mountHook(() => useChannel('room:1'), undefined)
    await pass(5_000)
    expect(server.sent('phx_join')).toHaveLength(1)
    expect(server.sent('phx_leave')).toHaveLength(0)
    expect(server.connections).toHaveLength(1)
  })

  it('joins once for many components', async () => {
    const Part = () => <p>{useChannel('room:1').status}</p>
    const { server } = await mount([<Part key="a" />, <Part key="b" />, <Part key="c" />])
    await server.reply('room:1', 'phx_join', 'ok')
    expect(server.sent('phx_join')).toHaveLength(1)
    expect(screen.getAllByText('joined')).toHaveLength(3)
  })

  it('leaves after the last component has gone, not before', async () => {
    const Part = () => <p>{useChannel('room:1').status}</p>
    const App = () => {
      const [count, setCount] = useState(2)
      return (
        <>
          <button onClick={() => setCount(count - 1)}>less</button>
          {Array.from({ length: count }, (_, i) => (
            <Part key={i} />
          ))}
        </>
      )
    }
    const { server } = await mount(<App />)
    await server.reply('room:1', 'phx_join', 'ok')
    fireEvent.click(screen.getByText('less'))
    await pass(1_000)
    expect(server.sent('phx_leave')).toHaveLength(0)
    fireEvent.click(screen.getByText('less'))
    await pass(100)
    expect(server.sent('phx_leave')).toHaveLength(0)
    await pass(1_000)
    expect(server.sent('phx_leave')).toHaveLength(1)
  })

  it('leaves the old topic and joins the new one when the topic changes', async () => {
    const { server, rerender, result } = await mountHook(({ topic }) => useChannel(topic), { topic: 'room:1' as `room:${string}` })
    await server.reply('room:1', 'phx_join', 'ok', { name: 'one' })
    rerender({ topic: 'room:2' })
    expect(result.current).toMatchObject({ status: 'joining', response: undefined })
    await pass(1_000)
    await server.reply('room:2', 'phx_join', 'ok', { name: 'two' })
    expect(server.sent('phx_leave', 'room:1')).toHaveLength(1)
    expect(result.current).toMatchObject({ status: 'joined', response: { name: 'two' } })
  })

  it('joins nothing for null', async () => {
    const { server, result } = await mountHook(() => useChannel(null), undefined)
    expect(server.frames).toHaveLength(0)
    expect(result.current.status).toBe('idle')
  })

  it('sends the params of a parent although a child without params asks first', async () => {
    const Child = () => (useEvent('room:1', 'x', () => undefined), null)
    const Parent = () => (useChannel('room:1', { params: { token: 't' } }), (<Child />))
    const { server } = await mount(<Parent />)
    expect(server.sent('phx_join').map((frame) => frame[4])).toEqual([{ token: 't' }])
  })

  it('evaluates the latest params at every rejoin', async () => {
    const { server, rerender } = await mountHook(({ n }) => useChannel('room:1', { params: { n } }), { n: 1 })
    await server.reply('room:1', 'phx_join', 'ok')
    rerender({ n: 2 })
    await pass()
    expect(server.sent('phx_join')).toHaveLength(1)
    await server.drop()
    await pass(1_000)
    expect(server.sent('phx_join').map((frame) => frame[4])).toEqual([{ n: 1 }, { n: 2 }])
  })

  it('returns the identical result until something changes', async () => {
    const { server, rerender, result } = await mountHook(() => useChannel('room:1'), undefined)
    const joining = result.current
    rerender(undefined)
    expect(result.current).toBe(joining)
    await server.reply('room:1', 'phx_join', 'ok', { a: 1 })
    const joined = result.current
    await server.broadcast('room:1', 'noise', {})
    rerender(undefined)
    expect(result.current).toBe(joined)
  })

  it('shows why a join was refused and does not ask again by itself', async () => {
    const { server, result } = await mountHook(() => useChannel('room:x'), undefined)
    await server.reply('room:x', 'phx_join', 'error', { reason: 'no such room' })
    expect(result.current).toMatchObject({ status: 'refused', error: { reason: 'no such room' } })
    await pass(60_000)
    await server.drop()
    await pass(60_000)
    expect(server.sent('phx_join')).toHaveLength(1)
    expect(result.current.status).toBe('refused')
  })

  it('asks again when told to', async () => {
    const { server, result } = await mountHook(() => useChannel('room:x'), undefined)
    await server.reply('room:x', 'phx_join', 'error', { reason: 'no such room' })
    act(() => result.current.retry())
    expect(result.current).toMatchObject({ status: 'joining', error: undefined })
    await server.reply('room:x', 'phx_join', 'ok', { n: 1 })
    expect(result.current).toMatchObject({ status: 'joined', response: { n: 1 } })
    expect(server.sent('phx_join')).toHaveLength(2)
  })

  it('goes on asking after a refusal when the application wants that', async () => {
    const server = new FakeServer()
    const realtime = server.realtime({ rejoin_refused: true })
    const { result } = await mountHook(() => useChannel('room:x'), undefined, server, realtime)
    await server.reply('room:x', 'phx_join', 'error', { reason: 'full' })
    expect(result.current).toMatchObject({ status: 'errored', error: { reason: 'full' } })
    await pass(1_500)
    expect(server.sent('phx_join')).toHaveLength(2)
  })

  it('keeps the reply while a lost channel is joined again', async () => {
    const { server, result } = await mountHook(() => useChannel('room:1'), undefined)
    await server.reply('room:1', 'phx_join', 'ok', { n: 1 })
    await server.drop()
    expect(result.current).toMatchObject({ status: 'errored', response: { n: 1 }, error: { reason: 'connection lost' } })
    await pass(1_000)
    await server.reply('room:1', 'phx_join', 'ok', { n: 2 })
    expect(result.current).toMatchObject({ status: 'joined', response: { n: 2 }, error: undefined })
  })

  it('joins again by itself after a crash, and not after a close', async () => {
    const { server, result } = await mountHook(() => useChannel('room:1'), undefined)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.push('room:1', 'phx_error', {})
    expect(result.current).toMatchObject({ status: 'errored', error: { reason: 'channel crashed' } })
    await pass(1_500)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.push('room:1', 'phx_close', {})
    expect(result.current.status).toBe('closed')
    await pass(60_000)
    expect(server.sent('phx_join')).toHaveLength(2)
  })
})

describe('useConnection', () => {
  it('tells connecting, open, offline since the loss, and open again', async () => {
    const { server, result } = await mountHook(() => useConnection(), undefined)
    expect(result.current.status).toBe('open')
    const lost_at = Date.now()
    server.accepting = false
    await server.drop()
    await pass(30_000)
    expect(result.current).toEqual({ status: 'offline', since: lost_at, lost_since: lost_at })
    server.accepting = true
    await pass(5_000)
    expect(result.current.status).toBe('open')
  })

  it('is offline when the first connection fails', async () => {
    const server = new FakeServer()
    server.accepting = false
    const { result } = await mountHook(() => useConnection(), undefined, server)
    expect(result.current.status).toBe('offline')
  })

  it('notices a heartbeat that is not answered', async () => {
    const Both = () => (useChannel('room:1'), (<p>{useConnection().status}</p>))
    const { server } = await mount(<Both />)
    await server.reply('room:1', 'phx_join', 'ok')
    server.accepting = false
    await pass(61_000)
    expect(screen.getByText('offline')).toBeTruthy()
  })

  it('reconnects with new params on purpose, without being offline in between', async () => {
    const server = new FakeServer()
    let name = 'Ann'
    const realtime = server.realtime({ params: () => ({ name }) })
    const seen: string[] = []
    const hook = () => (useChannel('room:1'), seen.push(useConnection().status))
    await mountHook(hook, undefined, server, realtime)
    await server.reply('room:1', 'phx_join', 'ok')
    name = 'Bob'
    act(() => realtime.reconnect())
    await pass(1_000)
    expect(server.connections.map(({ url }) => new URL(url).searchParams.get('name'))).toEqual(['Ann', 'Bob'])
    expect(server.sent('phx_join')).toHaveLength(2)
    expect(seen).not.toContain('offline')
    expect(seen.at(-1)).toBeTruthy()
    expect(realtime.connection.getSnapshot().status).toBe('open')
  })

  it('disconnects after the provider has gone', async () => {
    const { server, unmount } = await mountHook(() => useChannel('room:1'), undefined)
    unmount()
    await pass(1_000)
    expect(server.connections).toHaveLength(1)
    expect(server.connection.readyState).toBe(3)
  })
})
