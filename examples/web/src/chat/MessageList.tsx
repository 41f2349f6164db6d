import { useMemo, type ReactElement, type ReactNode } from 'react'
import { Avatar } from '../common/Avatar.js'
import { Icon } from '../common/Icons.js'
import { useMe } from '../common/identity.js'
import { shortTime } from '../common/time.js'
import { groupMessages, type Group } from './group.js'
import type { Message } from '../contract.js'
import { useStickToEnd } from './use-stick-to-end.js'

interface MessageListProps {
  readonly messages: readonly Message[]
  /** Nothing has come from the server yet. */
  readonly waiting: boolean
  /** How many things `children` show behind the messages. */
  readonly tail: number
  readonly children: ReactNode
}

export function MessageList({ messages, waiting, tail, children }: MessageListProps): ReactElement {
  const { id: me } = useMe()
  const groups = useMemo(() => groupMessages(messages), [messages])
  const { ref, onScroll, unseen, toEnd } = useStickToEnd(messages.at(-1)?.id, messages.at(-1)?.user.id === me, tail)
  return (
    <div className="messages-frame">
      {/* Focusable, so that the keyboard can scroll it. */}
      <div ref={ref} className="messages" onScroll={onScroll} tabIndex={0} role="log" aria-label="Messages" aria-live="polite" aria-busy={waiting} data-testid="messages">
        {waiting && messages.length === 0 && <Skeletons />}
        {!waiting && messages.length === 0 && tail === 0 && <p className="empty">No messages yet. Say hello.</p>}
        {groups.map((group) => (
          <GroupView key={group.key} group={group} is_mine={group.user.id === me} />
        ))}
        {children}
      </div>
      {unseen && (
        <button type="button" className="to-end" onClick={toEnd}>
          New messages <Icon name="down" />
        </button>
      )}
    </div>
  )
}

function GroupView({ group, is_mine }: { group: Group; is_mine: boolean }): ReactElement {
  const { user, messages, day } = group
  const first = messages[0]
  return (
    <>
      {day !== undefined && (
        <p className="day">
          <span>{day}</span>
        </p>
      )}
      <div className={is_mine ? 'group group-mine' : 'group'}>
        <Avatar id={user.id} name={user.name} />
        <p className="group-head">
          <strong>{user.name}</strong>
          {is_mine && <span className="tag">you</span>}
          {first && <Time at={first.at} />}
        </p>
        {messages.map((message) => (
          <div key={message.id} className="message" data-testid="message" data-id={message.id}>
            <p className="body">{message.body}</p>
            {message !== first && <Time at={message.at} />}
          </div>
        ))}
      </div>
    </>
  )
}

function Time({ at }: { at: number }): ReactElement {
  const ms = at * 1_000
  return <time dateTime={new Date(ms).toISOString()}>{shortTime(ms)}</time>
}

function Skeletons(): ReactElement[] {
  return [72, 40, 58, 30].map((width) => (
    <div key={width} className="group" aria-hidden="true">
      <span className="avatar skeleton" />
      <div className="skeleton skeleton-text" style={{ width: `${width}%` }} />
    </div>
  ))
}
