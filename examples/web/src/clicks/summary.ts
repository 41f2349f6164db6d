import type { Button, Clicker } from '../contract.js'

const number = new Intl.NumberFormat()
export const count = (n: number): string => number.format(n)

/** "1,204 clicks by 12 people". */
export function summary(buttons: readonly Button[]): string {
  const total = buttons.reduce((sum, { hits }) => sum + hits, 0)
  const people = new Set(buttons.flatMap(({ by }) => Object.keys(by))).size
  if (total === 0) return 'No clicks yet. Be the first.'
  return `${count(total)} ${total === 1 ? 'click' : 'clicks'} by ${count(people)} ${people === 1 ? 'person' : 'people'}, on every screen at once.`
}

export interface Place extends Clicker {
  readonly id: string
  readonly rank: number
}

/** The people of a button by their hits; `max` of them, and `me` behind those if further down. */
export function leaders({ by }: Button, me: string, max: number): { places: Place[]; others: number } {
  const all = Object.entries(by)
    .map(([id, clicker]) => ({ id, ...clicker }))
    .sort((a, b) => b.hits - a.hits || a.name.localeCompare(b.name))
    .map((clicker, i) => ({ ...clicker, rank: i + 1 }))
  const top = all.slice(0, max)
  const mine = all.find(({ id }) => id === me)
  const places = mine && mine.rank > max ? [...top.slice(0, -1), mine] : top
  return { places, others: all.length - places.length }
}
