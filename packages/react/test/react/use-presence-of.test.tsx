import { memo } from 'react'
import { describe, expect, it } from 'vitest'
import { usePresenceCount, usePresenceKeys, usePresenceOf } from '../../src/index.js'
import { mount, mountHook, useFakeTime } from '../support/harness.js'

useFakeTime()

const entry = (name: string, ref: string) => ({ metas: [{ phx_ref: ref, name }] })

describe('presences by key', () => {
  it('of 500 people cost one component render for each update', async () => {
    const renders = new Map<string, number>()
    const Person = memo(({ id }: { id: string }) => {
      const person = usePresenceOf('room:1', id)
      renders.set(id, (renders.get(id) ?? 0) + 1)
      return <li>{person?.metas[0]?.name}</li>
    })
    let lists = 0
    const List = () => {
      lists += 1
      return (
        <ul>
          {usePresenceKeys('room:1').map((id) => (
            <Person key={id} id={id} />
          ))}
        </ul>
      )
    }
    const { server, container } = await mount(<List />)
    await server.reply('room:1', 'phx_join', 'ok')
    const ids = Array.from({ length: 500 }, (_, n) => `u${n}`)
    await server.push('room:1', 'presence_state', Object.fromEntries(ids.map((id) => [id, entry(id, `${id}:0`)])))
    expect(container.querySelectorAll('li')).toHaveLength(500)

    const lists_before = lists
    renders.clear()
    for (let n = 1; n <= 100; n += 1) {
      const id = `u${(n * 37) % 500}`
      await server.broadcast('room:1', 'presence_diff', { joins: { [id]: entry(`${id} moved`, `${id}:${n}`) }, leaves: { [id]: entry(id, `${id}:0`) } })
    }
    expect(lists).toBe(lists_before)
    // StrictMode renders twice.
    expect([...renders.values()].reduce((sum, each) => sum + each, 0)).toBe(2 * 100)
    expect(container.textContent).toContain('u37 moved')
  })

  it('come and go', async () => {
    const hook = () => [usePresenceOf('room:1', 'ann')?.metas.length, usePresenceCount('room:1'), usePresenceKeys('room:1')] as const
    const { server, result } = await mountHook(hook, undefined)
    expect(result.current).toEqual([undefined, 0, []])
    await server.reply('room:1', 'phx_join', 'ok')
    await server.push('room:1', 'presence_state', { bob: entry('Bob', '1') })
    expect(result.current).toEqual([undefined, 1, ['bob']])
    const keys = result.current[2]
    await server.broadcast('room:1', 'presence_diff', { joins: { bob: entry('Bob', '2') }, leaves: {} })
    expect(result.current[2]).toBe(keys)
    await server.broadcast('room:1', 'presence_diff', { joins: { ann: entry('Ann', '3') }, leaves: {} })
    expect(result.current).toEqual([1, 2, ['bob', 'ann']])
    await server.broadcast('room:1', 'presence_diff', { joins: {}, leaves: { ann: entry('Ann', '3') } })
    expect(result.current).toEqual([undefined, 1, ['bob']])
  })

  it('follow the key and the topic that are asked for', async () => {
    type Props = { topic: `room:${string}` | null; id: string }
    const { server, result, rerender } = await mountHook(({ topic, id }: Props) => usePresenceOf(topic, id)?.metas[0]?.name, { topic: 'room:1', id: 'ann' } as Props)
    await server.reply('room:1', 'phx_join', 'ok')
    await server.push('room:1', 'presence_state', { ann: entry('Ann', '1'), bob: entry('Bob', '2') })
    expect(result.current).toBe('Ann')
    rerender({ topic: 'room:1', id: 'bob' })
    expect(result.current).toBe('Bob')
    rerender({ topic: null, id: 'bob' })
    expect(result.current).toBeUndefined()
  })
})
