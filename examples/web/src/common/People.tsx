import { useMemo, type ReactElement } from 'react'
import { useChannel, useConnection, usePresence } from '@roost/react'
import { Avatar } from './Avatar.js'
import { useMe } from './identity.js'
import { peopleOf, type Visitor } from './people.js'

/** The topics on which the server tracks people. */
type PeopleTopic = 'clicks' | `room:${string}`

/** Who is on `topic` now; two tabs of one browser are one person with two devices. */
export function People({ topic, title }: { topic: PeopleTopic; title: string }): ReactElement | null {
  const { id } = useMe()
  const { status } = useChannel(topic)
  const state = usePresence(topic)
  const people = useMemo(() => peopleOf(state, id), [state, id])
  const live = useConnection(({ status }) => status === 'open')
  const waiting = people.length === 0 && (status === 'joining' || status === 'errored')
  if (status === 'refused' || status === 'closed') return null
  return (
    <section className="people" aria-labelledby="people-title" data-live={live}>
      <h2 id="people-title" className="side-title">
        {title} {people.length > 0 && <span className="count">{people.length}</span>}
      </h2>
      {waiting && <div className="skeleton skeleton-lines" aria-hidden="true" />}
      <ul data-testid="people" className="people-list">
        {people.map((person) => (
          <PersonItem key={person.id} person={person} is_me={person.id === id} />
        ))}
      </ul>
      {people.length === 1 && people[0]?.id === id && (
        <p className="hint">Nobody else yet. Open this page in a second browser, or send a friend the link.</p>
      )}
    </section>
  )
}

const names = new Intl.ListFormat('en')

/** "2 devices on node-1 and node-3"; nothing for one device on a server that runs alone. */
export function whereabouts({ devices, nodes }: Visitor): string {
  const parts = [devices > 1 && `${devices} devices`, nodes.length > 0 && `on ${names.format(nodes)}`]
  return parts.filter(Boolean).join(' ')
}

function PersonItem({ person, is_me }: { person: Visitor; is_me: boolean }): ReactElement {
  const where = whereabouts(person)
  return (
    <li className="person" data-testid="person" data-user-id={person.id} data-metas={person.devices}>
      <Avatar id={person.id} name={person.name} />
      <span className="person-text">
        <span className="person-name">{person.name}</span>
        {is_me && <span className="tag">you</span>}
        {where !== '' && <span className="person-where">{where}</span>}
      </span>
    </li>
  )
}
