import type { ReactElement } from 'react'
import { topic as topicOf, useChannel, useMessages, usePresenceCount } from '@roost/react'
import { Icon } from '../common/Icons.js'
import { Refused } from '../common/Refused.js'
import type { Side } from './Chat.js'
import { Composer } from './Composer.js'
import { MessageList } from './MessageList.js'
import { Outbox } from './Outbox.js'
import { Typing } from './Typing.js'
import { useOutbox } from './use-outbox.js'
import { roomHref } from './use-room.js'

interface ConversationProps {
  readonly room: string
  readonly side: Side
  readonly onSide: (side: Side) => void
}

/** One room: its messages, what is not sent yet, who is typing, and the composer. */
export function Conversation({ room, side, onSide }: ConversationProps): ReactElement {
  const topic = topicOf('room:{id}', { id: room })
  const { status, response, error, retry } = useChannel(topic)
  const { messages } = useMessages(topic, { event: 'new_msg', initial: (reply) => reply.messages })
  const outbox = useOutbox(topic)
  const people = usePresenceCount(topic)
  const refused = status === 'refused' || status === 'closed'
  return (
    <section className="conversation" aria-labelledby="room-title">
      <header className="room-head">
        <SideButton side="rooms" open={side} onSide={onSide} label="Rooms" />
        <h1 id="room-title">{response?.room.name ?? (refused ? room : '…')}</h1>
        <SideButton side="people" open={side} onSide={onSide} label={`${people} here`} />
      </header>
      {refused ? (
        <Refused title={`You cannot enter “${room}”`} reason={error?.reason ?? status} retry={retry}>
          <a className="button button-main" href={roomHref('general')}>
            Go to General
          </a>
        </Refused>
      ) : (
        <>
          <MessageList messages={messages} waiting={!response} tail={outbox.unsent.length}>
            <Outbox unsent={outbox.unsent} onRetry={outbox.retry} onDiscard={outbox.discard} />
          </MessageList>
          <Typing topic={topic} />
          <Composer topic={topic} onSend={outbox.send} />
        </>
      )}
    </section>
  )
}

interface SideButtonProps {
  readonly side: 'rooms' | 'people'
  readonly open: Side
  readonly onSide: (side: Side) => void
  readonly label: string
}

/** Shown on narrow screens only. */
function SideButton({ side, open, onSide, label }: SideButtonProps): ReactElement {
  return (
    <button type="button" className="side-button" aria-expanded={open === side} aria-controls={`side-${side}`} onClick={() => onSide(side)}>
      <Icon name={side} />
      {label}
    </button>
  )
}
