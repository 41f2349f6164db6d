import { useMemo, type ReactElement, type ReactNode } from 'react'
import type { Seed } from '../core/channel.js'
import type { HydrationState } from '../core/realtime.js'
import { useRealtime } from './context.js'

export interface HydrateProps {
  /** What the server rendered with; the same here and there. */
  readonly state: HydrationState
  readonly children?: ReactNode
}

/**
 * Lets the hooks below it begin with what a server rendered, until the page's own joins bring news. Topics that are
 * in use already keep what they have. On the server, make a realtime for each request: it opens nothing.
 */
export function RealtimeHydrate({ state, children }: HydrateProps): ReactElement {
  const { registry } = useRealtime().internal
  // While rendering, because the children render next. It only fills what nobody has seen yet.
  useMemo(() => {
    for (const [topic, seed] of Object.entries(state)) if (seed) registry.get(topic).seed(seed as Seed)
  }, [registry, state])
  return <>{children}</>
}
