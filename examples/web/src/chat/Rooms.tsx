import type { ReactElement } from 'react'
import { useChannel, useMessages } from '@roost/react'
import { Refused } from '../common/Refused.js'
import { NewRoom } from './NewRoom.js'
import { roomHref } from './use-room.js'

/** 1,000: more rooms than a list can show; the server has its own bound. */
const rooms_max = 1_000

/** The rooms of the lobby, new ones as they are made, and the form that makes one. */
export function Rooms({ current }: { current: string }): ReactElement {
  const { status, response, error, retry } = useChannel('lobby')
  const { messages: rooms } = useMessages('lobby', { event: 'room_created', initial: (reply) => reply.rooms, max: rooms_max })
  if (status === 'refused') return <Refused title="No lobby" reason={error?.reason ?? ''} retry={retry} />
  return (
    <nav className="rooms" aria-labelledby="rooms-title">
      <h2 id="rooms-title" className="side-title">
        Rooms {rooms.length > 0 && <span className="count">{rooms.length}</span>}
      </h2>
      {!response && <div className="skeleton skeleton-lines" aria-hidden="true" />}
      {response && rooms.length === 0 && <p className="hint">No rooms yet. Make the first one below.</p>}
      <ul data-testid="rooms" className="room-list">
        {rooms.map(({ id, name }) => (
          <li key={id}>
            <a href={roomHref(id)} data-testid={`room-${id}`} aria-current={id === current ? 'page' : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
      <NewRoom />
    </nav>
  )
}
