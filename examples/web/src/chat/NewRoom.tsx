import { useState, type FormEvent, type ReactElement } from 'react'
import { usePush, type PushResult } from '@roost/react'
import { Icon } from '../common/Icons.js'
import { useOffline } from '../common/use-offline.js'
import { failureOf } from './failure.js'
import type { RoomInfo } from '../contract.js'
import { roomHref } from './use-room.js'

/** 40: the server's bound. */
const room_name_max = 40

export function NewRoom(): ReactElement {
  const push = usePush('lobby')
  const away = useOffline()
  const [name, setName] = useState('')
  const [problem, setProblem] = useState('')

  const done = (result: PushResult<RoomInfo>) => {
    if (result.status !== 'ok') return setProblem(failureOf(result))
    setName('')
    location.hash = roomHref(result.response.id)
  }
  const create = (event: FormEvent) => {
    event.preventDefault()
    setProblem('')
    if (name.trim() !== '' && !away) void push('create_room', { name: name.trim() }).then(done)
  }
  return (
    <form className="new-room" onSubmit={create}>
      <label htmlFor="new-room-name">New room</label>
      <div className="field-row">
        <input
          id="new-room-name"
          data-testid="new-room-name"
          value={name}
          maxLength={room_name_max}
          placeholder="Name it"
          autoComplete="off"
          aria-describedby="new-room-problem"
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setName('')
          }}
        />
        <button type="submit" className="icon-button icon-button-main" data-testid="create-room" aria-label="Create the room" disabled={away || name.trim() === ''}>
          <Icon name="plus" />
        </button>
      </div>
      <p id="new-room-problem" className="problem" role="alert">
        {problem}
      </p>
    </form>
  )
}
