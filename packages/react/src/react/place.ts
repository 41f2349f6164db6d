/**
 * Where a hook was called, for messages of development: "Room (http://localhost/src/Room.tsx:12:5)". Call it while
 * rendering: in an effect the component is no longer on the stack.
 */
export function placeOf(hook: (...args: never[]) => unknown): string {
  const here: { stack?: string } = {}
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object, above: unknown) => void }
  // Without it (Firefox before 138, Safari) the whole stack has to do.
  if (!captureStackTrace) return new Error().stack ?? 'an unknown place'
  captureStackTrace(here, hook)
  const frame = here.stack?.split('\n').find((line) => line.startsWith('    at '))
  return frame?.replace('    at ', '') ?? 'an unknown place'
}
