import type { PresenceState } from '@roost/react'
import type { Person } from '../contract.js'

/** Somebody on a topic, whatever they use. */
export interface Visitor {
  readonly id: string
  readonly name: string
  readonly devices: number
  readonly typing: boolean
  /** Of a cluster, that they are connected to; none: the server runs alone. */
  readonly nodes: readonly string[]
}

/** The people of a topic by name, the visitor first. A person's name is the one of their latest device. */
export function peopleOf(state: PresenceState<Person>, my_id: string): Visitor[] {
  const people = [...state].map(([id, { metas }]) => ({
    id,
    name: metas.at(-1)?.name ?? 'Somebody',
    devices: metas.length,
    typing: metas.some(({ typing }) => typing === true),
    nodes: [...new Set(metas.flatMap(({ node }) => node ?? []))].sort(),
  }))
  return people.sort((a, b) => Number(b.id === my_id) - Number(a.id === my_id) || a.name.localeCompare(b.name))
}
