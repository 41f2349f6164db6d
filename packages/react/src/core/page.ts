/** What a page tells about itself that matters to a connection. */
export interface PageEvents {
  /** The page can be seen, or is back from the back/forward cache, or the network is back. */
  readonly awake: () => void
  /** The network is gone, as far as the browser can tell. */
  readonly unsure: () => void
  /** The page goes away, perhaps into the back/forward cache, where no connection may be held. */
  readonly leaving: () => void
}

/** Listens to the page, where there is one; the result stops it. */
export function watchPage({ awake, unsure, leaving }: PageEvents): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => undefined
  const stops: (() => void)[] = []
  const on = (target: EventTarget, event: string, handle: () => void) => {
    target.addEventListener(event, handle)
    stops.push(() => target.removeEventListener(event, handle))
  }
  on(window, 'online', awake)
  on(window, 'offline', unsure)
  on(window, 'pageshow', awake)
  on(window, 'pagehide', leaving)
  on(document, 'visibilitychange', () => {
    if (!isHidden()) awake()
  })
  return () => {
    for (const stop of stops) stop()
  }
}

export const isHidden = (): boolean => typeof document !== 'undefined' && document.visibilityState === 'hidden'
