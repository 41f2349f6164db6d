const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const minutes = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })

/** 14:03:22, in the visitor's way. */
export const clockTime = (ms: number): string => clock.format(ms)
/** 14:03 */
export const shortTime = (ms: number): string => minutes.format(ms)
/** Friday, 3 May */
export const dayName = (ms: number): string => day.format(ms)

/** A length of time in its largest sensible unit: "12 s", "3 min", "2 h". */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  return `${Math.floor(seconds / 3_600)} h`
}
