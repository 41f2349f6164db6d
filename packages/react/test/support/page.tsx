// A page for rendering on a server: what most pages have.
import type { ReactElement } from 'react'
import {
  RealtimeHydrate,
  RealtimeProvider,
  useAgent,
  useChannel,
  useConnection,
  useMessages,
  useMyPresence,
  usePresence,
  usePresenceCount,
  usePresenceKeys,
  usePresenceOf,
  type HydrationState,
  type Realtime,
} from '../../src/index.js'

export const state: HydrationState = {
  counter: { response: { epoch: 'e1', version: 3, state: { hits: 3, people: {} } } },
  'room:1': {
    response: { name: 'general', messages: [{ id: 1, body: 'Hello' }] },
    presence: { ann: { metas: [{ phx_ref: 'a', name: 'Ann' }] } },
  },
}

function Room(): ReactElement {
  const { status, response } = useChannel('room:1')
  const { messages } = useMessages('room:1', { event: 'new_msg', initial: (reply) => reply.messages })
  const names = usePresence('room:1', (people) => [...people.values()].map(({ metas }) => metas[0]?.name))
  const [mine] = useMyPresence('room:1', { event: 'me', initial: { x: 0, y: 0, typing: false } })
  return (
    <p>
      {[
        useConnection(({ status: connection }) => connection),
        status,
        response?.name ?? 'no name',
        messages.map(({ body }) => body).join(),
        names.join(),
        usePresenceKeys('room:1').join(),
        usePresenceCount('room:1'),
        usePresenceOf('room:1', 'ann')?.metas[0]?.name,
        String(mine.typing),
        `${useAgent('counter')?.hits ?? 'no'} hits`,
      ].join(' | ')}
    </p>
  )
}

export function Page({ realtime, hydrated }: { realtime: Realtime; hydrated: boolean }): ReactElement {
  return (
    <RealtimeProvider realtime={realtime}>
      <RealtimeHydrate state={hydrated ? state : {}}>
        <Room />
      </RealtimeHydrate>
    </RealtimeProvider>
  )
}
