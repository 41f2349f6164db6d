// @vitest-environment node
import { Suspense } from 'react'
import { renderToPipeableStream, renderToString } from 'react-dom/server'
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createRealtime, RealtimeProvider } from '../../src/index.js'
import { useChannel } from '../../src/suspense/index.js'
import { Page } from '../support/page.js'

describe('on a server', () => {
  it('there is no window, and a page renders without one and without a connection', () => {
    expect(typeof window).toBe('undefined')
    expect(renderToString(<Page realtime={createRealtime({ url: '/socket' })} hydrated={false} />)).toBe(
      '<p>connecting | joining | no name |  |  |  | 0 |  | false | no hits</p>',
    )
  })

  it('a page renders with what is known', () => {
    expect(renderToString(<Page realtime={createRealtime({ url: '/socket' })} hydrated={true} />)).toBe(
      '<p>connecting | joining | general | Hello | Ann | ann | 1 | Ann | false | 3 hits</p>',
    )
  })

  it('two requests know nothing of each other', () => {
    renderToString(<Page realtime={createRealtime({ url: '/socket' })} hydrated={true} />)
    expect(renderToString(<Page realtime={createRealtime({ url: '/socket' })} hydrated={false} />)).toContain('no name')
  })

  it('what suspends is left to the browser', async () => {
    const Room = () => useChannel('room:1').status
    const page = (
      <RealtimeProvider realtime={createRealtime({ url: '/socket' })}>
        <Suspense fallback={<i>waiting</i>}>
          <Room />
        </Suspense>
      </RealtimeProvider>
    )
    const html = await new Promise<string>((resolve) => {
      let text = ''
      const sink = new Writable({
        write(chunk, _encoding, done) {
          text += String(chunk)
          done()
        },
        final: () => resolve(text),
      })
      const { pipe } = renderToPipeableStream(page, { onAllReady: () => pipe(sink), onError: () => undefined })
    })
    expect(html).toContain('<i>waiting</i>')
  })
})
