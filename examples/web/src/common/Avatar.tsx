import type { CSSProperties, ReactElement } from 'react'

/** Neighbouring ids get hues that lie far apart. */
const golden_angle = 137.508

/** A hue per person, the same on every screen. */
export function hueOf(id: string): number {
  let hash = 7
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 100_003
  return Math.round(hash * golden_angle) % 360
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return letters.map((word) => [...(word ?? '')][0] ?? '').join('').toUpperCase()
}

export function Avatar({ id, name }: { id: string; name: string }): ReactElement {
  return (
    <span className="avatar" style={{ '--hue': hueOf(id) } as CSSProperties} aria-hidden="true">
      {initials(name)}
    </span>
  )
}
