// Types only: this file is compiled and never run. Each @ts-expect-error is a mistake that must not compile.
import { expectTypeOf } from 'vitest'
import {
  createRealtime,
  topic,
  useAction,
  useAgent,
  useChannel,
  useEvent,
  useMessages,
  useMyPresence,
  usePresence,
  usePresenceOf,
  usePush,
  type Entry,
  type PresenceEntry,
  type PushResult,
  type Topic,
} from '../../src/index.js'
import { useAgent as useAgentNow } from '../../src/suspense/index.js'
import type { Contract, Message } from './contract.js'

declare const id: string
declare const any_topic: string

export function topics(): void {
  expectTypeOf<Topic>().toEqualTypeOf<'lobby' | 'poll' | `room:${string}` | `shop:${string}:item:${string}`>()
  expectTypeOf(topic('room:{id}', { id: 42 })).toEqualTypeOf<`room:${string}`>()
  expectTypeOf(topic('shop:{shop}:item:{item}', { shop: 'a', item: 1 })).toEqualTypeOf<`shop:${string}:item:${string}`>()
  expectTypeOf<Entry<Contract, `room:${string}`>>().toEqualTypeOf<Contract['room:{id}']>()
  // @ts-expect-error a part of the topic is missing
  topic('shop:{shop}:item:{item}', { shop: 'a' })
  // @ts-expect-error no such pattern
  topic('rooms:{id}', { id: 1 })
  // @ts-expect-error no such topic
  useChannel('rooms')
  // @ts-expect-error any string is no topic
  useChannel(any_topic)
}

export function channels(): void {
  expectTypeOf(useChannel('lobby').response).toEqualTypeOf<{ rooms: string[] } | undefined>()
  expectTypeOf(useChannel(`room:${id}`).response).toEqualTypeOf<{ messages: Message[] } | undefined>()
  expectTypeOf(useChannel(id === '' ? null : `room:${id}`).response).toEqualTypeOf<{ messages: Message[] } | undefined>()
  useChannel(null)
  useChannel(`room:${id}`, { params: { token: 't' } })
  useChannel(`room:${id}`, { params: () => ({ token: 't' }), enabled: id !== '' })
  // @ts-expect-error the params of this topic are others
  useChannel(`room:${id}`, { params: { tokn: 't' } })
}

export function events(): void {
  useEvent(`room:${id}`, 'new_msg', (message) => expectTypeOf(message).toEqualTypeOf<Message>())
  useEvent('shop:1:item:2', 'sold', ({ left }) => expectTypeOf(left).toEqualTypeOf<number>())
  // @ts-expect-error no such event
  useEvent(`room:${id}`, 'new_message', () => undefined)
  // @ts-expect-error the lobby has no events
  useEvent('lobby', 'new_msg', () => undefined)
}

export function pushes(): void {
  const push = usePush(`room:${id}`)
  expectTypeOf(push('new_msg', { body: 'Hello' })).toEqualTypeOf<Promise<PushResult<{ id: number }>>>()
  void push('new_msg', { body: 'Hello' }, { timeout_ms: 1_000, retry: true })
  void push('ping')
  // @ts-expect-error a payload is required
  void push('new_msg')
  // @ts-expect-error the payload is another
  void push('new_msg', { text: 'Hello' })
  // @ts-expect-error no such push
  void push('newmsg', { body: 'Hello' })
  void useChannel('lobby').push('create_room', { name: 'x' }).then((result) => {
    if (result.status === 'ok') expectTypeOf(result.response).toEqualTypeOf<{ id: string }>()
  })
}

export function messages(): void {
  const shown = useMessages(`room:${id}`, { event: 'new_msg', initial: (reply) => reply.messages })
  expectTypeOf(shown.messages).toEqualTypeOf<readonly Message[]>()
  expectTypeOf(shown.gaps).toEqualTypeOf<ReadonlySet<Message>>()
  // @ts-expect-error the reply has no such field
  useMessages(`room:${id}`, { event: 'new_msg', initial: (reply) => reply.history })
  // @ts-expect-error no such event
  useMessages(`room:${id}`, { event: 'new' })
}

export function presences(): void {
  expectTypeOf(usePresenceOf(`room:${id}`, 'ann')).toEqualTypeOf<PresenceEntry<{ name: string }> | undefined>()
  expectTypeOf(usePresence(`room:${id}`, (state) => [...state.values()].map(({ metas }) => metas[0]?.name))).toEqualTypeOf<(string | undefined)[]>()
  const [mine, update] = useMyPresence(`room:${id}`, { event: 'me', initial: { typing: false } })
  expectTypeOf(mine).toEqualTypeOf<{ typing: boolean }>()
  update({ typing: true })
  // @ts-expect-error no such field
  update({ tipping: true })
}

export function agents(): void {
  expectTypeOf(useAgent('poll')).toEqualTypeOf<{ votes: Record<string, number> } | undefined>()
  expectTypeOf(useAgent('poll', ({ votes }) => votes['a'] ?? 0)).toEqualTypeOf<number | undefined>()
  expectTypeOf(useAgentNow('poll', ({ votes }) => Object.keys(votes))).toEqualTypeOf<string[]>()
  expectTypeOf(useAgent(id === '' ? null : 'poll')).toEqualTypeOf<{ votes: Record<string, number> } | undefined>()
  // @ts-expect-error the state has no such part
  useAgent('poll', ({ vote }) => vote)
  const vote = useAction('poll', 'vote', { optimistic: ({ votes }, payload) => ({ votes: { ...votes, [payload.for]: 1 } }) })
  expectTypeOf(vote.pending).toEqualTypeOf<boolean>()
  expectTypeOf(vote.run({ for: 'a' })).toEqualTypeOf<Promise<PushResult<{ version: number }>>>()
  void vote.run({ for: 'a' }, { retry: true })
  // @ts-expect-error the payload is another
  void vote.run({ to: 'a' })
  // @ts-expect-error what is expected is no state of this topic
  useAction('poll', 'vote', { optimistic: () => ({ votes: 1 }) })
  // @ts-expect-error no such push
  useAction('poll', 'elect')
}

export function core(): void {
  const realtime = createRealtime({ url: '/socket', checks: { 'room:{id}': { events: {} } } })
  const room = realtime.channel('room:1')
  room.on('closed', ({ by }) => expectTypeOf(by).toEqualTypeOf<string>())
  expectTypeOf(room.getSnapshot().response).toEqualTypeOf<{ messages: Message[] } | undefined>()
  const other = createRealtime<{ news: { events: { item: { title: string } } } }>({ url: '/other' })
  other.channel('news').on('item', ({ title }) => expectTypeOf(title).toEqualTypeOf<string>())
  // @ts-expect-error a topic of the other contract
  other.channel('room:1')
  // @ts-expect-error neither url nor socket
  createRealtime({})
}
