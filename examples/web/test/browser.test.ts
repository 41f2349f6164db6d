// @vitest-environment node
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFakeDemo } from './fake-demo.js'

/**
 * The built pages in a real browser. Only with ROOST_BROWSER=1; against ROOST_URL, or else the stand-in.
 * CHROMIUM: the browser, default /usr/bin/chromium.
 */
const wanted = process.env['ROOST_BROWSER'] === '1'
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

let browser: Browser
let base: string
let stop = async (): Promise<void> => undefined

const person = () => browser.newContext({ viewport: { width: 1200, height: 800 } })

async function open(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  await page.goto(base + path)
  await page.locator('[data-testid=connection-status][data-state=open]').waitFor()
  return page
}

const see = (page: Page, testid: string, text: string | RegExp) => page.getByTestId(testid).filter({ hasText: text }).first().waitFor()

describe.skipIf(!wanted)('the pages in a browser', () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: flags })
    base = process.env['ROOST_URL'] ?? ''
    if (base !== '') return
    const demo = await startFakeDemo(0)
    base = `http://127.0.0.1:${demo.port}`
    stop = () => demo.server.close()
  })
  afterAll(async () => {
    await browser?.close()
    await stop()
  })

  it('shows a click on every screen', { timeout: 30_000 }, async () => {
    const one = await open(await person(), '/clicks/')
    const two = await open(await person(), '/clicks/')
    const button = one.locator('[data-testid^=hit-]').first()
    const name = ((await button.getAttribute('data-testid')) ?? '').slice('hit-'.length)
    const before = Number((await two.getByTestId(`hits-${name}`).innerText()).replace(/\D/g, ''))
    await button.click()
    await button.press('Enter')
    await see(two, `hits-${name}`, new RegExp(`^${(before + 2).toLocaleString('en')}$`))
  })

  it('carries messages, typing, devices and a new name to the others', { timeout: 30_000 }, async () => {
    const ann = await person()
    const one = await open(ann, '/chat/')
    await open(ann, '/chat/')
    const bob = await open(await person(), '/chat/')
    const id = await one.evaluate(() => localStorage.getItem('roost.user_id'))
    await bob.locator(`[data-testid=person][data-user-id=${id}][data-metas="2"]`).waitFor()

    await one.getByTestId('user-name').fill('Ann of the Browser')
    await one.getByTestId('user-name').press('Enter')
    await see(bob, 'person', 'Ann of the Browser')
    await bob.locator(`[data-testid=person][data-user-id=${id}][data-metas="2"]`).waitFor()

    const text = `first line ${Date.now()}`
    await one.getByTestId('message-input').pressSequentially(text)
    await see(bob, 'typing', 'Ann of the Browser is typing')
    await one.getByTestId('message-input').press('Shift+Enter')
    await one.getByTestId('message-input').pressSequentially('second line')
    await one.getByTestId('message-input').press('Enter')
    await see(bob, 'message', `${text}\nsecond line`)
    expect(await one.getByTestId('message-input').inputValue()).toBe('')
    await bob.getByTestId('typing').filter({ hasNotText: 'Ann' }).waitFor({ state: 'attached' })
  })

  it('makes rooms, and says no with a way out', { timeout: 30_000 }, async () => {
    const one = await open(await person(), '/chat/')
    const two = await open(await person(), '/chat/#/room/nowhere-at-all')
    await see(two, 'refused', 'no such room')
    const name = `Room ${Date.now()}`
    await one.getByTestId('new-room-name').fill(name)
    await one.getByTestId('create-room').click()
    await one.waitForURL(/#\/room\/room/)
    await see(two, 'rooms', name)
    await two.getByRole('link', { name: 'Go to General' }).click()
    await two.getByTestId('message-input').waitFor()
  })

  it('keeps the chosen theme', { timeout: 30_000 }, async () => {
    const context = await person()
    const page = await open(context, '/clicks/')
    await page.getByTestId('theme').click()
    await page.reload()
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark')
  })
})
