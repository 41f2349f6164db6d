import type { ReactElement } from 'react'
import { usePresence, type PresenceState } from '@roost/react'
import { useMe } from '../common/identity.js'
import { peopleOf } from '../common/people.js'
import type { Person } from '../contract.js'

/** Who else is typing: "Ann and Bob are typing". */
export function Typing({ topic }: { topic: `room:${string}` }): ReactElement {
  const { id: me } = useMe()
  const text = usePresence(topic, (state) => sentence(typists(state, me)))
  return (
    <div className="typing-place">
      <span data-testid="typing" className={text === '' ? undefined : 'typing'}>
        {text}
      </span>
    </div>
  )
}

function typists(state: PresenceState<Person>, me: string): string[] {
  return peopleOf(state, me)
    .filter(({ id, typing }) => typing && id !== me)
    .map(({ name }) => name)
}

/** Past three names the number says more. */
export function sentence(names: readonly string[]): string {
  if (names.length === 0) return ''
  if (names.length === 1) return `${names[0]} is typing…`
  if (names.length > 3) return `${names.length} people are typing…`
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)} are typing…`
}
