import type { PresenceState } from '@roost/react'

/** What the demo server tracks for each device of a person. */
export interface PersonMeta {
  readonly online_at: number
  readonly name: string
  readonly typing?: boolean
}

export interface Person {
  readonly id: string
  readonly name: string
  readonly devices: number
  readonly typing: boolean
}

/** The people of a topic by name, the visitor first. A person's name is the one of their latest device. */
export function peopleOf(state: PresenceState<PersonMeta>, my_id: string): Person[] {
  const people = [...state].map(([id, { metas }]) => ({
    id,
    name: metas.at(-1)?.name ?? 'Somebody',
    devices: metas.length,
    typing: metas.some(({ typing }) => typing === true),
  }))
  return people.sort((a, b) => Number(b.id === my_id) - Number(a.id === my_id) || a.name.localeCompare(b.name))
}
