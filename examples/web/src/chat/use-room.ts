import { useSyncExternalStore } from 'react'

const default_room = 'general'

/** The room of the URL: /chat/#/room/<id>. */
function room(): string {
  const [, id] = /^#\/room\/(.+)$/.exec(location.hash) ?? []
  if (!id) return default_room
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}

export const roomHref = (id: string): string => `#/room/${encodeURIComponent(id)}`

export function useRoom(): string {
  return useSyncExternalStore((listener) => {
    addEventListener('hashchange', listener)
    return () => removeEventListener('hashchange', listener)
  }, room)
}
