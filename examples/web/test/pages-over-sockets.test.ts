// @vitest-environment node
import { createRealtime, type Realtime, type Topic } from '@roost/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { PhoenixServer } from '../../../packages/react/test/support/phoenix-server.js'
import { FakeTopics } from './fake-topics.js'

/** The wire contract of the pages, over real sockets, with the stand-in at the other end. */
let server: PhoenixServer
let topics: FakeTopics
let port: number
let releases: (() => void)[]

beforeEach(async () => {
  topics = new FakeTopics()
  server = new PhoenixServer(topics.find)
  topics.server = server
  port = await server.listen()
  releases = []
})
afterEach(async () => {
  for (const release of releases) release()
  await server.close()
})

function visitor(user_id: string, name: string): Realtime {
  const socket_options = { transport: WebSocket, reconnectAfterMs: () => 10 }
  const realtime = createRealtime({ url: `ws://127.0.0.1:${port}/socket`, params: { user_id, name }, socket_options, linger_ms: 0 })
  releases.push(realtime.acquire())
  return realtime
}

function join<T extends Topic>(realtime: Realtime, topic: T) {
  const channel = realtime.channel(topic)
  releases.push(channel.acquire())
  return channel
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 5 })

describe('the wire contract', () => {
  it('counts a click for everybody, with its author', async () => {
    const ann = join(visitor('u_1', 'Ann'), 'clicks')
    const bob = join(visitor('u_2', 'Bob'), 'clicks')
    const seen: unknown[] = []
    bob.on('update_user', (payload) => seen.push(payload))
    await until(() => expect(bob.getSnapshot().status).toBe('joined'))
    expect(await ann.push('hit', { button: 'Tea' })).toEqual({ status: 'ok', response: { hits: 1 } })
    expect(await ann.push('hit', { button: 'Mud' })).toMatchObject({ status: 'error', reason: 'unknown button' })
    await until(() => expect(seen).toEqual([{ version: 1, button: 'Tea', hits: 1, user: { id: 'u_1', name: 'Ann', hits: 1 } }]))
  })

  it('shows two tabs as one person with two devices, and who is typing', async () => {
    const [one, two, bob] = ['u_1', 'u_1', 'u_2'].map((id) => join(visitor(id, id), 'room:general'))
    const devices = () => [...(bob?.presence.getSnapshot() ?? [])].map(([id, { metas }]) => `${id} ${metas.length}`).sort()
    await until(() => expect(devices()).toEqual(['u_1 2', 'u_2 1']))
    expect(await one?.push('typing', { typing: true })).toEqual({ status: 'ok', response: {} })
    const typing = () => bob?.presence.getSnapshot().get('u_1')?.metas.some(({ typing }) => typing)
    await until(() => expect(typing()).toBe(true))
    expect(two?.presence.getSnapshot().get('u_1')?.metas).toHaveLength(2)
  })

  it('comes back by itself after the server was away, with what was said meanwhile', async () => {
    const ann = visitor('u_1', 'Ann')
    const room = join(ann, 'room:general')
    const list = room.messages({ event: 'new_msg', initial: (reply) => reply.messages })
    const bodies = () => list.getSnapshot().messages.map(({ body }) => body)
    expect((await room.push('new_msg', { body: 'before' })).status).toBe('ok')
    await until(() => expect(bodies()).toEqual(['before']))

    await server.close()
    await until(() => expect(ann.connection.getSnapshot().status).toBe('offline'))
    expect(await room.push('new_msg', { body: 'lost' })).toEqual({ status: 'offline', sent: false })
    topics.post('general', { id: 'u_2', name: 'Bob' }, 'meanwhile')
    await server.listen(port)
    await until(() => expect(bodies()).toEqual(['before', 'meanwhile']))
    expect(room.getSnapshot().status).toBe('joined')
  })

  it('refuses unknown rooms and bad names with a reason', async () => {
    const ann = visitor('u_1', 'Ann')
    const attic = join(ann, 'room:attic')
    await until(() => expect(attic.getSnapshot()).toMatchObject({ status: 'refused', error: { reason: 'no such room' } }))
    const lobby = join(ann, 'lobby')
    expect(await lobby.push('create_room', { name: 'General' })).toMatchObject({ status: 'error' })
    expect(await lobby.push('create_room', { name: 'Attic' })).toEqual({ status: 'ok', response: { id: 'attic', name: 'Attic' } })
    attic.retry()
    await until(() => expect(attic.getSnapshot().status).toBe('joined'))
  })
})
