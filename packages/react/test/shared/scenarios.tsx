// What has to be so whatever is at the other end: run against the in-memory server, a stand-in over sockets and Roost.
import { StrictMode, type ReactElement, type ReactNode } from 'react'
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  RealtimeProvider,
  useAction,
  useAgent,
  useChannel as useChannelUntyped,
  useConnection,
  useMessages as useMessagesUntyped,
  usePresence as usePresenceUntyped,
  type MessagesSnapshot,
  type PresenceState,
  type PushOptions,
  type PushResult,
  type Realtime,
} from '../../src/index.js'
import type { UseChannelResult } from '../../src/react/use-channel.js'
import type { ContractApp, Note } from './contract.js'

// The tests' own program has another contract registered.
type RoomTopic = `room:${string}`
type PresenceTopic = `presence:${string}`
type Room = UseChannelResult<ContractApp['room:{id}']>
const useRoom = useChannelUntyped as unknown as (topic: RoomTopic | null, options?: { params?: object }) => Room
const useNotes = useMessagesUntyped as unknown as (topic: RoomTopic, options: { event: string }) => MessagesSnapshot<Note>
const usePeople = usePresenceUntyped as unknown as (topic: PresenceTopic) => PresenceState<{ status: string }>
const usePlace = useChannelUntyped as unknown as (topic: PresenceTopic, options?: { params?: object }) => UseChannelResult<ContractApp['presence:{id}']>
const useCounter = useAgent as unknown as (topic: 'counter', select: (state: CounterState) => number) => number | undefined
const useHit = useAction as unknown as (topic: 'counter', event: 'hit', options: object) => { pending: boolean; run: (payload: { by: number }, options?: PushOptions) => Promise<PushResult> }
const add = ({ hits }: CounterState, { by }: { by: number }): CounterState => ({ hits: hits + by })
type CounterState = ContractApp['counter']['state']

export interface World {
  /** A new client: another browser. */
  client(user: string): Realtime<ContractApp>
  /** Waits until `check` throws no more. */
  until(check: () => void): Promise<void>
  /** All connections break, and the server is back at once. */
  restart(): Promise<void>
}

export function scenarios(name: string, open: () => Promise<World & { close(): Promise<void> }>): void {
  let world: World & { close(): Promise<void> }
  let count = 0

  beforeEach(async () => {
    count += 1
    world = await open()
  })
  afterEach(async () => {
    cleanup()
    await world.close()
  })

  function browser<Result>(user: string, hook: () => Result) {
    const realtime = world.client(user)
    const wrapper = ({ children }: { children: ReactNode }): ReactElement => (
      <StrictMode>
        <RealtimeProvider realtime={realtime}>{children}</RealtimeProvider>
      </StrictMode>
    )
    return { realtime, ...renderHook(hook, { wrapper }) }
  }
  const until = (check: () => void) => world.until(check)
  const room = (): RoomTopic => `room:${name.replace(/\W/g, '')}${count}`
  const place = (): PresenceTopic => `presence:${name.replace(/\W/g, '')}${count}`
  const joinedRoom = async (user = 'ann') => {
    const topic = room()
    const view = browser(user, () => ({ room: useRoom(topic), notes: useNotes(topic, { event: 'new_msg' }), connection: useConnection() }))
    await until(() => expect(view.result.current.room.status).toBe('joined'))
    return view
  }
  const pushing = async (view: Awaited<ReturnType<typeof joinedRoom>>, ...args: Parameters<Room['push']>) => {
    let settled: PushResult | undefined
    await act(async () => void view.result.current.room.push(...args).then((result) => (settled = result)))
    await until(() => expect(settled).toBeDefined())
    return settled
  }

  describe(`against ${name}`, () => {
    it('a join is answered, and pushes settle', async () => {
      const view = await joinedRoom()
      expect(view.result.current.connection.status).toBe('open')
      expect(await pushing(view, 'echo', { n: 7 })).toEqual({ status: 'ok', response: { n: 7 } })
      expect(await pushing(view, 'echo_error', { reason: 'because' })).toEqual({ status: 'error', response: { reason: 'because' }, reason: 'because' })
      expect(await pushing(view, 'silent', {}, { timeout_ms: 50 } satisfies PushOptions)).toEqual({ status: 'timeout' })
    })

    it('a refusal is shown, and not asked again by itself', async () => {
      const topic = room()
      const { result } = browser('ann', () => useRoom(topic, { params: { deny: true } }))
      await until(() => expect(result.current).toMatchObject({ status: 'refused', error: { reason: 'unauthorized' } }))
      act(() => result.current.retry())
      expect(result.current.status).toBe('joining')
      await until(() => expect(result.current.status).toBe('refused'))
    })

    it('what one says reaches all, in order and once', async () => {
      const ann = await joinedRoom('ann')
      const bob = await joinedRoom('bob')
      for (let id = 1; id <= 20; id += 1) void ann.result.current.room.push('new_msg', { id, text: `note ${id}` }, { timeout_ms: 50 })
      const ids = Array.from({ length: 20 }, (_, n) => n + 1)
      for (const view of [ann, bob]) await until(() => expect(view.result.current.notes.messages.map(({ id }) => id)).toEqual(ids))
    })

    it('a crash of the channel ends its pushes, and it is joined again by itself', async () => {
      const view = await joinedRoom()
      expect(await pushing(view, 'crash')).toMatchObject({ status: 'error', reason: 'channel crashed' })
      await until(() => expect(view.result.current.room.status).toBe('joined'))
      expect(await pushing(view, 'echo', { n: 1 })).toMatchObject({ status: 'ok' })
    })

    it('a channel that the server stopped stays closed until it is asked for again', async () => {
      const view = await joinedRoom()
      await pushing(view, 'stop', { reason: 'normal' }, { timeout_ms: 500 })
      await until(() => expect(view.result.current.room.status).toBe('closed'))
      act(() => view.result.current.room.retry())
      await until(() => expect(view.result.current.room.status).toBe('joined'))
    })

    it('a lost connection is told, and comes back with all that was joined', async () => {
      const view = await joinedRoom()
      const seen: string[] = []
      view.realtime.connection.subscribe(() => seen.push(view.realtime.connection.getSnapshot().status))
      await world.restart()
      await until(() => expect(seen).toContain('offline'))
      await until(() => expect(view.result.current).toMatchObject({ room: { status: 'joined' }, connection: { status: 'open' } }))
      expect(await pushing(view, 'echo', { n: 2 })).toEqual({ status: 'ok', response: { n: 2 } })
    })

    it('a push that may be retried survives the loss', async () => {
      const view = await joinedRoom()
      let settled: PushResult | undefined
      await world.restart()
      await act(async () => void view.result.current.room.push('echo', { n: 3 }, { retry: true }).then((result) => (settled = result)))
      await until(() => expect(settled).toMatchObject({ status: 'ok', response: { n: 3 } }))
    })

    it('the state that the server owns is the same in all pages, and after a loss goes on from where it was', async () => {
      const counting = (user: string) => browser(user, () => ({ hits: useCounter('counter', ({ hits }) => hits), hit: useHit('counter', 'hit', { optimistic: add }) }))
      type View = ReturnType<typeof counting>
      const hits = ({ result }: View) => result.current.hits
      const hit = (view: View, by: number) => act(async () => void view.result.current.hit.run({ by }))
      const [ann, bob] = [counting('ann'), counting('bob')]
      await until(() => expect([typeof hits(ann), hits(ann)]).toEqual(['number', hits(bob)]))
      const before = hits(ann)!
      await hit(ann, 1)
      expect(hits(ann)).toBe(before + 1)
      await hit(bob, 10)
      for (const view of [ann, bob]) await until(() => expect([hits(view), view.result.current.hit.pending]).toEqual([before + 11, false]))
      await act(async () => ann.realtime.reconnect())
      await hit(bob, 100)
      for (const view of [ann, bob]) await until(() => expect(hits(view)).toBe(before + 111))
      await world.restart()
      await until(() => expect(bob.realtime.connection.getSnapshot().status).toBe('open'))
      let last: PushResult | undefined
      await until(() => expect(ann.realtime.channel('counter').getSnapshot().status).toBe('joined'))
      await act(async () => void ann.result.current.hit.run({ by: 1_000 }, { retry: true }).then((result: PushResult) => (last = result)))
      await until(() => expect(last?.status).toBe('ok'))
      await until(() => expect(hits(ann)).toBeGreaterThanOrEqual(1_000))
      await until(() => expect(hits(bob)).toBe(hits(ann)))
      for (const view of [ann, bob]) expect(view.realtime.counters()).toMatchObject({ dropped: 0, threw: 0 })
    })

    it('presence: who comes, changes and leaves is seen by the others, and again after a loss', async () => {
      const topic = place()
      const present = (user: string) =>
        browser(user, () => ({ place: usePlace(topic, { params: { key: user, meta: { status: 'here' } } }), people: usePeople(topic) }))
      const people = (view: ReturnType<typeof present>) => Object.fromEntries([...view.result.current.people].map(([key, { metas }]) => [key, metas.map(({ status }) => status).join()]))
      const ann = present('ann')
      const bob = present('bob')
      for (const view of [ann, bob]) await until(() => expect(people(view)).toEqual({ ann: 'here', bob: 'here' }))
      await act(async () => void bob.result.current.place.push('update', { key: 'bob', meta: { status: 'away' } }))
      await until(() => expect(people(ann)).toEqual({ ann: 'here', bob: 'away' }))
      await world.restart()
      await until(() => expect(people(ann)).toEqual({ ann: 'here', bob: 'here' }))
      bob.unmount()
      await until(() => expect(people(ann)).toEqual({ ann: 'here' }))
    })
  })
}
