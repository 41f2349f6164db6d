import { StrictMode, type ReactElement, type ReactNode } from 'react'
import { cleanup, render, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, vi } from 'vitest'
import { RealtimeProvider, type Realtime } from '../../src/index.js'
import { FakeServer, pass as passTime } from './fake-server.js'

/** Fake timers for every test of the file, and React unmounted after each. */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers()
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  })
  afterEach(() => {
    cleanup()
    vi.useRealTimers()
  })
}

export const pass = (ms = 0): Promise<void> => passTime(vi, ms)

export const providers = (realtime: Realtime) =>
  function Providers({ children }: { children: ReactNode }): ReactElement {
    return (
      <StrictMode>
        <RealtimeProvider realtime={realtime}>{children}</RealtimeProvider>
      </StrictMode>
    )
  }

/** Renders under StrictMode and the provider, and lets the connection open. */
export async function mount(ui: ReactNode, server = new FakeServer(), realtime = server.realtime()) {
  const view = render(<>{ui}</>, { wrapper: providers(realtime) })
  await pass()
  return { ...view, server, realtime }
}

/** The same for one hook. */
export async function mountHook<Result, Props>(
  hook: (props: Props) => Result,
  initialProps: Props,
  server = new FakeServer(),
  realtime = server.realtime(),
) {
  const view = renderHook(hook, { wrapper: providers(realtime), initialProps })
  await pass()
  return { ...view, server, realtime }
}
