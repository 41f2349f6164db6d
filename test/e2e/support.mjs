// A real browser, a real server with a database of its own, and screenshots of what went wrong.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { chromium } from 'playwright-core'
import { binary, freePort, root, Server } from '../../tools/server.mjs'

export const artifacts = join(root, 'test/artifacts')

/** A pointer for pages: data-testid. */
export const id = (name) => `[data-testid="${name}"]`

/** Chromium without its own traffic; `t` is a test context or {after}. */
export function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', // tests run as root
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** What one scenario works with: a server, and users, each with a browser context of its own. */
class World {
  #browser
  #folder
  #contexts = []
  #errors = []

  constructor(shared, folder, port) {
    this.#browser = shared
    this.#folder = folder
    this.server = new Server({
      path: binary('roost-demo'),
      args: ['--shards', '2', '--db', join(folder, 'demo.db'), '--log-level', 'warn'],
      port,
      ready: '/clicks/',
    })
  }

  static async create(shared) {
    const folder = await mkdtemp(join(tmpdir(), 'roost-e2e-'))
    const world = new World(shared, folder, await freePort())
    await world.server.start()
    return world
  }

  /** A person with a local storage of their own. `options` are Playwright's. */
  async user(options = {}) {
    const context = await this.#browser.newContext({ baseURL: this.server.base, viewport: { width: 1100, height: 800 }, ...options })
    context.setDefaultTimeout(10000)
    context.on('weberror', (error) => this.#errors.push(error.error()))
    this.#contexts.push(context)
    return { context, open: (path) => this.#open(context, path) }
  }

  /** A page of this context that has connected. */
  async #open(context, path) {
    const page = await context.newPage()
    await page.goto(path)
    await connected(page)
    return page
  }

  /** A page of a new user. */
  async page(path, options) {
    return (await this.user(options)).open(path)
  }

  async keepScreenshots(name) {
    await mkdir(artifacts, { recursive: true })
    const pages = this.#contexts.flatMap((context) => context.pages())
    for (const [index, page] of pages.entries()) {
      const path = join(artifacts, `${name.replace(/[^a-z0-9]+/gi, '-')}-${index + 1}.png`)
      await page.screenshot({ path, timeout: 5000 }).catch(() => {})
    }
  }

  expectNoPageErrors() {
    if (this.#errors.length) throw new Error(`a page threw: ${this.#errors.map((error) => error.stack ?? error).join('\n')}`)
  }

  async end() {
    for (const context of this.#contexts) await context.close().catch(() => {})
    await this.server.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

let shared
/** One scenario as a test: run(world). On failure the open pages are kept as test/artifacts/NAME-N.png. */
export function scenario(name, run) {
  test(name, { timeout: 120000 }, async () => {
    shared ??= await browser()
    const world = await World.create(shared)
    try {
      await run(world)
      world.expectNoPageErrors()
    } catch (error) {
      await world.keepScreenshots(name)
      if (world.server.output) error.message += `\nthe server said:\n${world.server.output.slice(-3000)}`
      throw error
    } finally {
      await world.end()
    }
  })
}

export const closeBrowser = () => shared?.close()

/** Waits until connection-status has this state. */
export const state = (page, wanted, timeout = 20000) => page.locator(`${id('connection-status')}[data-state="${wanted}"]`).waitFor({ state: 'attached', timeout })
export const connected = (page) => state(page, 'open')

/** Waits until `probe(argument)`, run in the page, gives something true. */
export async function until(page, what, probe, argument, timeout = 10000) {
  try {
    return await page.waitForFunction(probe, argument, { timeout, polling: 20 })
  } catch (error) {
    throw new Error(`never happened: ${what} (${error.message.split('\n')[0]})`)
  }
}

/** Waits until this page lists exactly these numbers of metas, one for each person, in any order. */
export function people(page, metas, timeout) {
  return until(
    page,
    `people with ${JSON.stringify(metas)} metas`,
    (wanted) => {
      const items = [...document.querySelectorAll('[data-testid="people"] [data-testid="person"]')]
      const ids = new Set(items.map((item) => item.dataset.userId))
      const seen = items.map((item) => Number(item.dataset.metas)).sort()
      return ids.size === items.length && JSON.stringify(seen) === JSON.stringify(wanted)
    },
    [...metas].sort(),
    timeout,
  )
}

/** Waits until a page of clicks shows this count for a button. */
export function shows(page, button, count, timeout) {
  return until(
    page,
    `${button} at ${count}`,
    ([selector, wanted]) => document.querySelector(selector)?.textContent.replace(/\D/g, '') === wanted,
    [id(`hits-${button}`), `${count}`],
    timeout,
  )
}

/** Clicks a button of clicks. */
export const hit = (page, button) => page.locator(id(`hit-${button}`)).click()

/** Milliseconds from now until `promise` is settled. */
export async function duration(promise) {
  const start = performance.now()
  await promise
  return performance.now() - start
}

/** Presses Tab until the element with this test id has the focus. */
export async function tabTo(page, name, most = 60) {
  for (let n = 0; n < most; n++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate((wanted) => document.activeElement?.closest(wanted) !== null, id(name))) return
  }
  throw new Error(`${name} cannot be reached with Tab`)
}

/** The brightness of the page's background, 0 to 255. */
export function brightness(page) {
  return page.evaluate(() => {
    const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d')
    for (const element of [document.documentElement, document.body]) {
      context.fillStyle = getComputedStyle(element).backgroundColor
      context.fillRect(0, 0, 1, 1)
    }
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data
    return alpha === 0 ? 255 : (red + green + blue) / 3
  })
}

/** The page is hidden, or seen again. */
export const becomes = (page, visibility) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, value })
    document.dispatchEvent(new Event('visibilitychange'))
  }, visibility)

/** Counts the sockets that this page opens, from now on. */
export function countSockets(page) {
  const counted = { opened: 0 }
  page.on('websocket', () => (counted.opened += 1))
  return counted
}
