import * as React from 'react'
import { StrictMode, useState, type ReactElement } from 'react'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RealtimeProvider, useChannel, useConnection, useMessages, usePresenceKeys, usePush } from '../../src/index.js'
import { deny, no_reply, TestServer } from '../../src/testing/index.js'
import type { TestContract } from '../support/contract.js'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
const said = vi.spyOn(console, 'error')
beforeEach(() => void said.mockClear())
afterEach(() => {
  cleanup()
  expect(said).not.toHaveBeenCalled()
})

function Room(): ReactElement {
  const { status, error, response, retry } = useChannel('room:1', { params: { n: 1 } })
  const { messages } = useMessages('room:1', { event: 'new_msg' })
  const people = usePresenceKeys('room:1')
  const away = useConnection(({ lost_since }) => lost_since !== undefined)
  const push = usePush('room:1')
  const [hits, setHits] = useState('')
  return (
    <>
      <p>{[status, error?.reason, response?.name, messages.map(({ body }) => body).join(), people.join(), away && 'away', hits].filter(Boolean).join(' ')}</p>
      <button onClick={() => void push('hit', {}, { timeout_ms: 5_000 }).then((result) => setHits(result.status === 'ok' ? `${result.response.hits} hits` : result.status))}>hit</button>
      <button onClick={retry}>retry</button>
    </>
  )
}

const show = (server: TestServer<TestContract>) =>
  render(
    <StrictMode>
      <RealtimeProvider realtime={server.realtime}>
        <Room />
      </RealtimeProvider>
    </StrictMode>,
  )
// React 18.2 has its act elsewhere.
const with_act = 'act' in React ? {} : { act }
const text = () => screen.getByRole('paragraph').textContent
const open = async (options: ConstructorParameters<typeof TestServer<TestContract>>[0] = {}) => {
  const server = new TestServer<TestContract>({ ...with_act, ...options })
  show(server)
  expect(text()).toBe('joining')
  await server.settle()
  return server
}

describe('the in-memory server', () => {
  it('takes joins and keeps what they sent; StrictMode makes one', async () => {
    const server = await open({ topics: { 'room:{id}': { join: () => ({ messages: [], name: 'general' }) } } })
    expect(text()).toBe('joined general')
    expect(server.sent('room:1', 'phx_join')).toEqual([{ n: 1 }])
    expect(server.isJoined('room:1')).toBe(true)
    expect(server.isJoined('room:2')).toBe(false)
  })

  it('denies joins, and takes them when it has changed its mind', async () => {
    let open_hours = false
    const server = await open({ topics: { 'room:{id}': { join: () => (open_hours ? { messages: [] } : deny('closed')) } } })
    expect(text()).toBe('refused closed')
    open_hours = true
    fireEvent.click(screen.getByText('retry'))
    await server.settle()
    expect(text()).toBe('joined')
  })

  it('sends events and presences', async () => {
    const server = await open()
    await server.broadcast('room:1', 'new_msg', { id: 1, body: 'Hello' })
    await server.track('room:1', 'ann', { name: 'Ann' })
    await server.track('room:1', 'bob', { name: 'Bob' })
    await server.untrack('room:1', 'ann')
    expect(text()).toBe('joined Hello bob')
  })

  it('answers pushes as it is told', async () => {
    let hits = 0
    const server = await open({ topics: { 'room:{id}': { pushes: { hit: () => ((hits += 1) === 1 ? { hits } : no_reply) } } } })
    fireEvent.click(screen.getByText('hit'))
    await server.settle()
    expect(text()).toBe('joined 1 hits')
    fireEvent.click(screen.getByText('hit'))
    await server.advance(4_999)
    expect(text()).toBe('joined 1 hits')
    await server.advance(1)
    expect(text()).toBe('joined timeout')
  })

  it('loses connections, and people hear of it after a second', async () => {
    const server = await open()
    await server.drop({ back: false })
    expect(text()).toBe('errored connection lost')
    await server.advance(1_000)
    expect(text()).toBe('errored connection lost away')
    server.restore()
    await server.advance(100)
    expect(text()).toBe('joined')
    expect(server.sent('room:1', 'phx_join')).toHaveLength(2)
  })

  it('crashes and closes channels, and sends nonsense', async () => {
    const server = await open({ development: false })
    await server.raw('room:1', 'presence_state', 'nonsense')
    expect(server.realtime.counters().dropped).toBe(1)
    await server.crash('room:1')
    expect(text()).toBe('errored channel crashed')
    await server.advance(100)
    expect(text()).toBe('joined')
    await server.close('room:1')
    expect(text()).toBe('closed closed by the server')
  })

  it('has other clients, too', async () => {
    const server = await open()
    const other = server.connect()
    const bob = other.channel('room:1')
    const releases = [other.acquire(), bob.acquire()]
    const heard: unknown[] = []
    bob.on('new_msg', (message) => heard.push(message))
    await server.settle()
    await server.broadcast('room:1', 'new_msg', { id: 1 })
    expect(heard).toEqual([{ id: 1 }])
    for (const release of releases) release()
    await server.advance(200)
    expect(server.sent('room:1', 'phx_leave')).toHaveLength(1)
    expect(server.isJoined('room:1')).toBe(true)
  })
})
