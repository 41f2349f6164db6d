// The component of the repository's README, word for word: it is type-checked with the tests.
import { useChannel, useMessages, usePresenceKeys } from '@roost/react'

export type Contract = {
  'room:{id}': {
    events: { new_msg: { from: string; body: string } }
    pushes: { new_msg: { payload: { body: string } } }
  }
}
declare module '@roost/react' {
  interface Register { contract: Contract }
}

export function Room({ topic }: { topic: `room:${string}` }) {
  const { status, error, push } = useChannel(topic)
  const { messages } = useMessages(topic, { event: 'new_msg' })
  const people = usePresenceKeys(topic)
  if (status === 'refused') return <p>{error?.reason}</p>
  return (
    <>
      <p>{people.join(', ')}</p>
      <ul>{messages.map((message, i) => <li key={i}>{message.from}: {message.body}</li>)}</ul>
      <button onClick={() => push('new_msg', { body: 'Hello' })}>Say hello</button>
    </>
  )
}
