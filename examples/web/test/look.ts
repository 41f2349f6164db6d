/**
 * Pictures of every page in every state, for looking at them: vite-node test/look.ts OUT_FOLDER.
 * Against the stand-in of fake-demo.ts, with CHROMIUM or /usr/bin/chromium.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { startFakeDemo } from './fake-demo.js'
import { FakeTopics } from './fake-topics.js'
import { fillWithLife } from './fake-life.js'

const out = process.argv.at(-1) ?? 'shots'
mkdirSync(out, { recursive: true })
const topics = new FakeTopics()
fillWithLife(topics)
let demo = await startFakeDemo(0, topics)
const base = `http://127.0.0.1:${demo.port}`

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const browser: Browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: flags })

async function visitor(id: string, name: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  await context.addInitScript(
    ([user_id, user_name]) => {
      localStorage.setItem('roost.user_id', user_id ?? '')
      if (!localStorage.getItem('roost.name')) localStorage.setItem('roost.name', user_name ?? '')
    },
    [id, name],
  )
  return context
}

const until = (page: Page, state: string) => page.waitForSelector(`[data-testid=connection-status][data-state=${state}]`)

async function shoot(page: Page, name: string) {
  await page.waitForTimeout(900)
  await page.screenshot({ path: join(out, `${name}.png`) })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  console.log(`${name}${wide ? ': scrolls sideways!' : ''}`)
}

const ann = await visitor('u_1', 'Ann Wren')
const ben = await visitor('u_2', 'Ben Heron', { colorScheme: 'dark' })
const phone = await visitor('u_3', 'Chloé Swift', { viewport: { width: 360, height: 720 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 })

const home = await ann.newPage()
await home.goto(base)
await shoot(home, 'home-light')
const home_dark = await ben.newPage()
await home_dark.goto(base)
await shoot(home_dark, 'home-dark')
const home_phone = await phone.newPage()
await home_phone.goto(base)
await shoot(home_phone, 'home-phone')

const open = async (context: Awaited<ReturnType<typeof visitor>>, path: string) => {
  const page = await context.newPage()
  page.on('pageerror', (error) => console.log(`${path}: ${error.message}`))
  page.on('console', (message) => message.type() === 'error' && !message.text().startsWith('WebSocket') && console.log(`${path}: ${message.text()}`))
  await page.goto(base + path)
  await until(page, 'open')
  return page
}

const clicks_ann = await open(ann, '/clicks/')
const clicks_ben = await open(ben, '/clicks/')
const clicks_phone = await open(phone, '/clicks/')
for (let n = 0; n < 3; n += 1) await clicks_ann.getByTestId('hit-Espresso').click()
await clicks_ben.getByTestId('hit-Tea').click()
await shoot(clicks_ann, 'clicks-light')
await shoot(clicks_ben, 'clicks-dark')
await shoot(clicks_phone, 'clicks-phone')

const chat_ann = await open(ann, '/chat/')
const chat_ann_2 = await open(ann, '/chat/#/room/general')
const chat_ben = await open(ben, '/chat/')
const chat_phone = await open(phone, '/chat/')
await chat_ann.getByTestId('message-input').fill('Both tabs of mine are one person now.')
await chat_ann.getByTestId('send').click()
await chat_ben.getByTestId('message-input').pressSequentially('I was just')
await shoot(chat_ann, 'chat-light')
await shoot(chat_ben, 'chat-dark')
await shoot(chat_phone, 'chat-phone')
await chat_phone.getByRole('button', { name: 'Rooms' }).click()
await shoot(chat_phone, 'chat-phone-rooms')
await chat_phone.keyboard.press('Escape')

await chat_ann_2.getByTestId('new-room-name').fill('Robots')
await chat_ann_2.getByTestId('create-room').click()
await chat_ann_2.waitForURL(/room\/robots/)
await shoot(chat_ann_2, 'chat-empty-room')
await chat_ann_2.goto(`${base}/chat/#/room/attic`)
await chat_ann_2.getByTestId('refused').waitFor()
await shoot(chat_ann_2, 'chat-refused')

const { port } = demo
await demo.server.close()
await until(chat_ann, 'offline')
await shoot(chat_ann, 'chat-offline')
await shoot(clicks_ben, 'clicks-offline-dark')
await shoot(chat_phone, 'chat-phone-offline')
demo = await startFakeDemo(port, topics)
for (const page of [chat_ann, chat_ben, clicks_ben, chat_phone]) await until(page, 'open')
await shoot(chat_ann, 'chat-back')

const slow = await visitor('u_9', 'Slow')
await slow.route('**/*', (route) => route.continue())
await slow.addInitScript(() => {
  Object.assign(globalThis, { WebSocket: class { readyState = 0; close() {} } })
})
for (const path of ['chat', 'clicks']) {
  const page = await slow.newPage()
  await page.goto(`${base}/${path}/`)
  await shoot(page, `${path}-connecting`)
}

await browser.close()
await demo.server.close()
