import { expect, it } from 'vitest'
import { useEvent } from '../../src/index.js'
import { mountHook, pass, useFakeTime } from '../support/harness.js'

useFakeTime()

it('useEvent calls the latest handler, once per event under StrictMode', async () => {
  const seen: string[] = []
  const hook = ({ name }: { name: string }) => useEvent('room:1', 'y', ({ n }) => seen.push(`${name}${n}`))
  const { server, rerender } = await mountHook(hook, { name: 'a' })
  await server.reply('room:1', 'phx_join', 'ok')
  await server.broadcast('room:1', 'y', { n: 1 })
  rerender({ name: 'b' })
  await server.broadcast('room:1', 'y', { n: 2 })
  expect(seen).toEqual(['a1', 'b2'])
})

it('useEvent goes on after a rejoin', async () => {
  const seen: unknown[] = []
  const { server } = await mountHook(() => useEvent('room:1', 'y', (payload) => seen.push(payload)), undefined)
  await server.reply('room:1', 'phx_join', 'ok')
  await server.drop()
  await pass(1_000)
  await server.reply('room:1', 'phx_join', 'ok')
  await server.broadcast('room:1', 'y', { n: 1 })
  expect(seen).toEqual([{ n: 1 }])
})

it('useEvent hears nothing after it unmounts', async () => {
  const seen: unknown[] = []
  const { server, unmount } = await mountHook(() => useEvent('room:1', 'y', (payload) => seen.push(payload)), undefined)
  await server.reply('room:1', 'phx_join', 'ok')
  unmount()
  await server.broadcast('room:1', 'y', { n: 1 })
  expect(seen).toEqual([])
})
