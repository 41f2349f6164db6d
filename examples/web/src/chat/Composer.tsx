import { useRef, useState, type KeyboardEvent, type ReactElement } from 'react'
import { Icon } from '../common/Icons.js'
import { useOffline } from '../common/use-offline.js'
import { useTyping } from './use-typing.js'

/** 2,000: the server's bound. */
const body_length_max = 2_000
/** 200 left: late enough not to disturb, early enough to finish the sentence. */
const warn_below = 200

interface ComposerProps {
  readonly topic: `room:${string}`
  readonly onSend: (body: string) => void
}

/** Enter sends, Shift+Enter begins a new line, Escape leaves the field. */
export function Composer({ topic, onSend }: ComposerProps): ReactElement {
  const [draft, setDraft] = useState('')
  const input = useRef<HTMLTextAreaElement>(null)
  const away = useOffline()
  const { typed, stopped } = useTyping(topic)
  const left = body_length_max - draft.length

  const change = (value: string) => {
    setDraft(value)
    if (value.trim() === '') stopped()
    else typed()
  }
  const send = () => {
    if (draft.trim() === '' || away) return
    onSend(draft.trim())
    setDraft('')
    stopped()
    input.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // isComposing: Enter then ends the word of an input method, not the message.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      send()
    }
    if (event.key === 'Escape') event.currentTarget.blur()
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <div className="composer-box" data-value={draft}>
        <textarea
          ref={input}
          data-testid="message-input"
          aria-label="Message"
          aria-describedby="composer-hint"
          placeholder={away ? 'You can write on meanwhile' : 'Write a message'}
          rows={1}
          value={draft}
          maxLength={body_length_max}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={stopped}
        />
      </div>
      <button type="submit" className="icon-button icon-button-main send" data-testid="send" aria-label="Send" disabled={away || draft.trim() === ''}>
        <Icon name="send" />
      </button>
      <p id="composer-hint" className="composer-hint">
        {hint(left, away)}
      </p>
    </form>
  )
}

function hint(left: number, away: boolean): string {
  if (left < warn_below) return `${left} characters left`
  return away ? 'Sending works again once the server is back' : 'Enter sends · Shift + Enter for a new line'
}
