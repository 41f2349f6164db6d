import type { ReactElement, ReactNode } from 'react'
import { RealtimeProvider } from '@roost/react'
import { RealtimeDevtools } from '@roost/react/devtools'
import { ConnectionStatus } from './ConnectionStatus.js'
import { Logo } from './Icons.js'
import { NameField } from './NameField.js'
import { OfflineBanner } from './OfflineBanner.js'
import { realtime } from './realtime.js'
import { ThemeToggle } from './ThemeToggle.js'

export type Page = 'clicks' | 'chat'

const pages: readonly (readonly [Page, string])[] = [
  ['clicks', 'Clicks'],
  ['chat', 'Chat'],
]

/** What the live pages share: one socket, the header, and the word when the server is away. */
export function Shell({ page, children }: { page: Page; children: ReactNode }): ReactElement {
  return (
    <RealtimeProvider realtime={realtime}>
      <div className={`shell shell-${page}`}>
        <a className="skip" href="#main" onClick={focusMain}>
          Skip to the content
        </a>
        <header className="top">
          <Brand />
          <nav className="tabs" aria-label="Demos">
            {pages.map(([name, title]) => (
              <a key={name} href={`/${name}/`} aria-current={name === page ? 'page' : undefined}>
                {title}
              </a>
            ))}
          </nav>
          <NameField />
          <ConnectionStatus page={page} />
          <ThemeToggle />
        </header>
        <OfflineBanner />
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      {import.meta.env.DEV && <RealtimeDevtools />}
    </RealtimeProvider>
  )
}

export function Brand(): ReactElement {
  return (
    <a className="brand" href="/" aria-label="Roost demos, start page">
      <Logo />
      <span>Roost</span>
    </a>
  )
}

/** By hand: the chat keeps its room in the hash. */
function focusMain(event: { preventDefault(): void }): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}
