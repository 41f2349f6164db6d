import { useSyncExternalStore } from 'react'
import { load, onSavedElsewhere, save } from './storage.js'

/** Who the visitor is: a random id per browser, so that two tabs are one person, and a name they choose. */
export interface Identity {
  readonly id: string
  readonly name: string
}

/** 40: fits the header of a narrow screen, and most names. */
export const name_length_max = 40

const first = ['Early', 'Gentle', 'Brisk', 'Quiet', 'Bright', 'Curious', 'Merry', 'Patient']
const second = ['Wren', 'Heron', 'Swift', 'Finch', 'Magpie', 'Plover', 'Kestrel', 'Robin']

let identity: Identity = { id: stored('roost.user_id', makeId), name: stored('roost.name', makeName) }
const listeners = new Set<() => void>()

export const me = (): Identity => identity

/** Takes a new name; an empty one is ignored. Returns the name that counts now. */
export function rename(wanted: string): string {
  const name = wanted.trim().replace(/\s+/g, ' ').slice(0, name_length_max)
  if (name !== '' && name !== identity.name) {
    save('roost.name', name)
    become({ ...identity, name })
  }
  return identity.name
}

export function onRename(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useMe = (): Identity => useSyncExternalStore(onRename, me, me)

onSavedElsewhere('roost.name', () => become({ ...identity, name: load('roost.name') ?? identity.name }))

function become(next: Identity): void {
  identity = next
  for (const listener of [...listeners]) listener()
}

function stored(key: string, make: () => string): string {
  const found = load(key)
  if (found) return found
  const made = make()
  save(key, made)
  return made
}

function makeId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6))
  return `u_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

function makeName(): string {
  const pick = (list: readonly string[]) => list[Math.floor(Math.random() * list.length)] ?? ''
  return `${pick(first)} ${pick(second)}`
}
