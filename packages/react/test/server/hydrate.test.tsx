import { StrictMode } from 'react'
import { act } from '@testing-library/react'
import { hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, expect, it, vi } from 'vitest'
import { FakeServer } from '../support/fake-server.js'
import { pass, useFakeTime } from '../support/harness.js'
import { Page } from '../support/page.js'

useFakeTime()
let root: Root | undefined
afterEach(() => {
  act(() => root?.unmount())
  vi.restoreAllMocks()
})

for (const hydrated of [true, false])
  it(`a page rendered on a server ${hydrated ? 'with' : 'without'} state goes on in the browser without a word of React`, async () => {
    const said = vi.spyOn(console, 'error')
    const server = new FakeServer()
    const container = document.createElement('div')
    container.innerHTML = renderToString(<Page realtime={server.realtime()} hydrated={hydrated} />)
    const rendered = container.textContent
    const recovered = vi.fn()
    await act(async () => {
      root = hydrateRoot(
        container,
        <StrictMode>
          <Page realtime={server.realtime()} hydrated={hydrated} />
        </StrictMode>,
        { onRecoverableError: recovered },
      )
    })
    expect(container.textContent).toBe(rendered?.replace('connecting', 'open'))
    await pass()
    await server.reply('room:1', 'phx_join', 'ok', { name: 'renamed', messages: [{ id: 1, body: 'Hello' }, { id: 2, body: 'again' }] })
    await server.push('room:1', 'presence_state', { bob: { metas: [{ phx_ref: 'b', name: 'Bob' }] } })
    expect(server.sent('phx_join', 'counter')[0]?.[4]).toEqual(hydrated ? { roost: { epoch: 'e1', version: 3 } } : {})
    const hits = { epoch: 'e1', version: 4, ops: [{ op: 'replace', path: '/hits', value: 4 }] }
    await server.reply('counter', 'phx_join', 'ok', hydrated ? { epoch: 'e1', version: 4, patches: [hits] } : { epoch: 'e1', version: 4, state: { hits: 4, people: {} } })
    expect(container.textContent).toBe('open | joined | renamed | Hello,again | Bob | bob | 1 |  | false | 4 hits')
    expect(recovered).not.toHaveBeenCalled()
    expect(said).not.toHaveBeenCalled()
  })
