import { useEffect, useRef, useState, type ReactElement, type RefObject } from 'react'
import { Icon } from '../common/Icons.js'
import { People } from '../common/People.js'
import { Conversation } from './Conversation.js'
import { Rooms } from './Rooms.js'
import { useRoom } from './use-room.js'

/** On narrow screens one of the sides at a time lies over the conversation. */
export type Side = 'rooms' | 'people' | undefined

export function Chat(): ReactElement {
  const room = useRoom()
  const [side, setSide] = useState<Side>(undefined)
  useEffect(() => setSide(undefined), [room])
  const close = () => setSide(undefined)
  const chat = useRef<HTMLDivElement>(null)
  useSideFocus(chat, side)
  return (
    <div ref={chat} className="chat" data-side={side} onKeyDown={(event) => event.key === 'Escape' && close()}>
      <aside className="side side-rooms" id="side-rooms">
        <CloseSide onClick={close} />
        <Rooms current={room} />
      </aside>
      {/* A key: drafts, scroll and unsent messages belong to one room. */}
      <Conversation key={room} room={room} side={side} onSide={(wanted) => setSide(side === wanted ? undefined : wanted)} />
      <aside className="side side-people" id="side-people">
        <CloseSide onClick={close} />
        <People topic={`room:${room}`} title="In this room" />
      </aside>
      {side && <button type="button" className="scrim" tabIndex={-1} aria-hidden="true" onClick={close} />}
    </div>
  )
}

function CloseSide({ onClick }: { onClick: () => void }): ReactElement {
  return (
    <button type="button" className="icon-button side-close" aria-label="Close" onClick={onClick}>
      <Icon name="close" />
    </button>
  )
}

/** An opened side takes the focus; a closed one gives it back to the button that opened it. */
function useSideFocus(chat: RefObject<HTMLElement | null>, side: Side): void {
  const before = useRef<Side>(undefined)
  useEffect(() => {
    if (side) chat.current?.querySelector<HTMLElement>(`.side-${side} .side-close`)?.focus()
    else if (before.current) chat.current?.querySelector<HTMLElement>(`[aria-controls=side-${before.current}]`)?.focus()
    before.current = side
  }, [chat, side])
}
