import { useEffect, useState, type ReactElement } from 'react'
import { name_length_max, rename, useMe } from './identity.js'

/** The visitor's name: Enter or leaving the field takes it, Escape brings the old one back. */
export function NameField(): ReactElement {
  const { name } = useMe()
  const [draft, setDraft] = useState(name)
  useEffect(() => setDraft(name), [name])
  return (
    <form
      className="name-field"
      onSubmit={(event) => {
        event.preventDefault()
        setDraft(rename(draft))
      }}
    >
      <label htmlFor="user-name">You are</label>
      <input
        id="user-name"
        data-testid="user-name"
        value={draft}
        maxLength={name_length_max}
        autoComplete="nickname"
        spellCheck={false}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={() => setDraft(rename(draft))}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setDraft(name)
        }}
      />
    </form>
  )
}
