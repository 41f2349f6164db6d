import type { ReactElement } from 'react'
import { Icon } from '../common/Icons.js'
import { Brand } from '../common/Shell.js'
import { ThemeToggle } from '../common/ThemeToggle.js'
import { Wire } from './Wire.js'

export function Home(): ReactElement {
  return (
    <div className="shell">
      <header className="top">
        <Brand />
        <span className="top-gap" />
        <ThemeToggle />
      </header>
      <main className="home">
        <Wire />
        <h1>Everyone on the same wire.</h1>
        <p className="lead">
          The server holds the state, browsers join topics, and every screen shows who is here and what just changed.
          Open a page in two windows and watch them agree.
        </p>
        <div className="demos">
          <Demo href="/clicks/" title="Clicks" uses="Reflux store over a channel">
            Press a button; the count moves on every screen, with the name of who pressed it.
          </Demo>
          <Demo href="/chat/" title="Chat" uses="Hooks only">
            Rooms, messages and the people in them: on how many devices, and who is typing.
          </Demo>
        </div>
      </main>
    </div>
  )
}

function Demo({ href, title, uses, children }: { href: string; title: string; uses: string; children: string }): ReactElement {
  return (
    <a className="demo" href={href}>
      <span className="demo-uses">{uses}</span>
      <strong>{title}</strong>
      <span className="demo-text">{children}</span>
      <span className="demo-go">
        Open <Icon name="arrow" />
      </span>
    </a>
  )
}
