// The component of the README, word for word but for the import: it is type-checked with the tests.
import { useChannel, useMessages, usePresence, usePush } from '../src/index.js'

type Message = { from: string; body: string }

export function Room({ topic }: { topic: string }) {
  const { status, error } = useChannel(topic)
  const messages = useMessages<Message>(topic, { event: 'new_msg' })
  const people = usePresence(topic)
  const push = usePush(topic)
  if (status === 'refused') return <p>{error?.reason}</p>
  return (
    <>
      <p>{[...people.keys()].join(', ')}</p>
      <ul>{messages.map((message, i) => <li key={i}>{message.from}: {message.body}</li>)}</ul>
      <button onClick={() => push('new_msg', { body: 'Hello' })}>Say hello</button>
    </>
  )
}
