import { Component, type ReactNode } from 'react'
import { act } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { RealtimeProvider, useAction, useAgent, useChannel, useEvent, useMessages, useMyPresence, usePresenceCount, type Realtime } from '../../src/index.js'
import { FakeServer } from '../support/fake-server.js'
import { mount, pass, useFakeTime } from '../support/harness.js'

useFakeTime()
afterEach(() => void vi.restoreAllMocks())

/** A small generator, so that every run is the same. */
function randomOf(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

type RoomTopic = `room:${string}`
const parts: Record<number, (props: { topic: RoomTopic }) => ReactNode> = {
  0: ({ topic }) => useChannel(topic).status,
  1: ({ topic }) => usePresenceCount(topic),
  2: ({ topic }) => useMessages(topic, { event: 'new_msg' }).messages.length,
  3: ({ topic }) => (useEvent(topic, 'x', () => undefined), null),
  4: ({ topic }) => String(useAgent(topic)),
  5: ({ topic }) => String(useAction(topic, 'hit').pending),
  6: ({ topic }) => useMyPresence(topic, { event: 'me', initial: { x: 0, y: 0, typing: false } })[0].x,
}

class Boundary extends Component<{ children: ReactNode }, { message?: string }> {
  override state: { message?: string } = {}
  static getDerivedStateFromError(error: Error) {
    return { message: error.message }
  }
  override render() {
    return this.state.message ?? this.props.children
  }
}

describe('leases', () => {
  it('are all given back after 1,000 random mounts and unmounts, without a warning', async () => {
    const said = vi.spyOn(console, 'error')
    const random = randomOf(7)
    const mounted = new Map<number, ReactNode>()
    const show = () => [...mounted].map(([key, part]) => <i key={key}>{part}</i>)
    const { server, realtime, rerender, unmount } = await mount(null)
    for (let cycle = 0; cycle < 1_000; cycle += 1) {
      const key = random(20)
      const Part = parts[random(7)] as (props: { topic: RoomTopic }) => ReactNode
      if (mounted.has(key)) mounted.delete(key)
      else mounted.set(key, <Part topic={`room:${random(5)}`} />)
      rerender(<>{show()}</>)
      if (random(10) === 0) await pass(random(400))
    }
    await pass(1_000)
    const held = realtime.internal.registry.used()
    expect(held.reduce((sum, { leases }) => sum + leases, 0)).toBe(mounted.size)
    const open = (topic: string) => server.sent('phx_join', topic).length - server.sent('phx_leave', topic).length
    for (const { topic } of held) expect(open(topic)).toBe(1)
    unmount()
    await pass(1_000)
    expect(realtime.internal.registry.used()).toEqual([])
    expect(server.connection.readyState).toBe(3)
    expect(said).not.toHaveBeenCalled()
  })

  it('with different params from two components name both', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const Header = () => useChannel('room:1', { params: { n: 1 } }).status
    const Footer = () => useChannel('room:1', { params: { n: 2 } }).status
    const { container } = await mount(
      <Boundary>
        <Header />
        <Footer />
      </Boundary>,
    )
    expect(container.textContent).toMatch(/"room:1".*\{"n":1\} by Header \(.*leases\.test\.tsx.*\{"n":2\} by Footer \(/)
  })

  it('pass from one component to another without a word to the server', async () => {
    const One = () => useChannel('room:1').status
    const Other = () => useChannel('room:1').status
    const { server, rerender } = await mount(<One />)
    await server.reply('room:1', 'phx_join', 'ok')
    for (let n = 0; n < 10; n += 1) {
      rerender(n % 2 === 0 ? <Other /> : <One />)
      await pass(50)
    }
    expect(server.sent('phx_join')).toHaveLength(1)
    expect(server.sent('phx_leave')).toHaveLength(0)
  })

  it('are given back where the topic is switched off and taken where it is on again', async () => {
    const Switch = ({ on }: { on: boolean }) => useChannel('room:1', { enabled: on }).status
    const { server, rerender, container } = await mount(<Switch on={true} />)
    await server.reply('room:1', 'phx_join', 'ok')
    rerender(<Switch on={false} />)
    expect(container.textContent).toBe('idle')
    await pass(1_000)
    expect(server.sent('phx_leave')).toHaveLength(1)
    rerender(<Switch on={true} />)
    await pass()
    expect(server.sent('phx_join')).toHaveLength(2)
  })

  it('of two providers are two connections', async () => {
    const [one, other] = [new FakeServer(), new FakeServer()]
    const Part = () => useChannel('room:1').status
    const realtime = other.realtime()
    await mount(
      <>
        <Part />
        <RealtimeProvider realtime={realtime}>
          <Part />
        </RealtimeProvider>
      </>,
      one,
    )
    expect([one.sent('phx_join').length, other.sent('phx_join').length]).toEqual([1, 1])
    await act(async () => undefined)
  })

  it('need a realtime, and hooks a provider', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const Part = () => useChannel('room:1').status
    const { container } = await mount(
      <Boundary>
        <RealtimeProvider realtime={undefined as unknown as Realtime}>
          <Part />
        </RealtimeProvider>
      </Boundary>,
    )
    expect(container.textContent).toMatch(/needs a realtime, made by createRealtime/)
  })
})
