import { Component, Suspense, type ReactNode } from 'react'
import { act } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ChannelRefused, useAgent, useChannel, useMessages } from '../../src/suspense/index.js'
import { mount, pass, useFakeTime } from '../support/harness.js'

useFakeTime()
afterEach(() => void vi.restoreAllMocks())

class Boundary extends Component<{ children: ReactNode }, { error?: ChannelRefused }> {
  override state: { error?: ChannelRefused } = {}
  static getDerivedStateFromError(error: ChannelRefused) {
    return { error }
  }
  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    const retry = () => {
      error.retry()
      this.setState({ error: undefined as never })
    }
    return <button onClick={retry}>{`${error.topic}: ${error.message}`}</button>
  }
}

const Room = () => {
  const { status, response } = useChannel('room:1')
  const { messages } = useMessages('room:1', { event: 'new_msg', initial: (reply) => reply.messages })
  return `${status} ${response.name} ${messages.length}`
}
const Counter = () => String(useAgent('counter', ({ hits }) => hits).toFixed(1))
const page = (
  <Boundary>
    <Suspense fallback="waiting">
      <Room />
    </Suspense>
  </Boundary>
)

describe('the suspense twin', () => {
  it('of useAgent always has a state', async () => {
    const { server, container } = await mount(<Suspense fallback="waiting"><Counter /></Suspense>)
    expect(container.textContent).toBe('waiting')
    await server.reply('counter', 'phx_join', 'ok', { epoch: 'e', version: 1, state: { hits: 1, people: {} } })
    await pass()
    expect(container.textContent).toBe('1.0')
    await server.broadcast('counter', 'patch', { epoch: 'e', version: 2, ops: [{ op: 'replace', path: '/hits', value: 2 }] })
    expect(container.textContent).toBe('2.0')
    expect(server.sent('phx_join', 'counter')).toHaveLength(1)
  })

  it('waits for the join with one join frame, and then shows what it brought', async () => {
    const { server, container } = await mount(page)
    expect(container.textContent).toBe('waiting')
    await server.reply('room:1', 'phx_join', 'ok', { name: 'general', messages: [{ id: 1 }] })
    await pass()
    expect(container.textContent).toBe('joined general 1')
    await pass(60_000 - 1)
    expect(server.sent('phx_join', 'room:1')).toHaveLength(1)
    expect(server.sent('phx_leave')).toHaveLength(0)
  })

  it('shows a loss without suspending again', async () => {
    const { server, container } = await mount(page)
    await server.reply('room:1', 'phx_join', 'ok', { name: 'general', messages: [] })
    await pass()
    await server.drop()
    expect(container.textContent).toBe('errored general 0')
  })

  it('gives a refusal to the error boundary, which can ask again', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const { server, container } = await mount(page)
    await server.reply('room:1', 'phx_join', 'error', { reason: 'no such room' })
    await pass()
    expect(container.textContent).toBe('room:1: no such room')
    await act(async () => container.querySelector('button')?.click())
    expect(container.textContent).toBe('waiting')
    await pass()
    await server.reply('room:1', 'phx_join', 'ok', { name: 'general', messages: [] })
    await pass()
    expect(container.textContent).toBe('joined general 0')
  })

  it('leaves when the page was left while it waited', async () => {
    const { server, rerender } = await mount(page)
    rerender(null)
    await server.reply('room:1', 'phx_join', 'ok', {})
    await pass(10_000)
    expect(server.sent('phx_leave')).toHaveLength(1)
  })

  it('leaves also when no answer ever came', async () => {
    const { server, rerender } = await mount(page)
    rerender(null)
    server.accepting = false
    await server.drop()
    await pass(40_000)
    server.accepting = true
    await pass(10_000)
    expect(server.sent('phx_join')).toHaveLength(1)
  })
})
