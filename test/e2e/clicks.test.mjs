// The page Clicks in Chromium: one server, several browsers.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after } from 'node:test'
import { artifacts, brightness, closeBrowser, connected, duration, hit, people, scenario, shows, state, tabTo } from './support.mjs'

after(closeBrowser)

const buttons = ['Espresso', 'Cappuccino', 'Flat White', 'Filter', 'Matcha']

scenario('one clicks and the other sees it', async (world) => {
  const ada = await world.page('/clicks/')
  const bob = await world.page('/clicks/')
  for (const button of buttons) await shows(bob, button, 0)
  await hit(ada, 'Espresso')
  await shows(bob, 'Espresso', 1)
  await shows(ada, 'Espresso', 1)
  await hit(bob, 'Flat White')
  await hit(bob, 'Flat White')
  await shows(ada, 'Flat White', 2)
  await shows(ada, 'Cappuccino', 0)
})

scenario('clicks of two people at once are all counted', async (world) => {
  const pages = [await world.page('/clicks/'), await world.page('/clicks/')]
  await Promise.all(pages.map(async (page) => {
    for (let n = 0; n < 15; n++) await hit(page, 'Matcha')
  }))
  for (const page of pages) await shows(page, 'Matcha', 30)
})

scenario('a reload and a newcomer see the same numbers', async (world) => {
  const ada = await world.page('/clicks/')
  for (let n = 1; n <= 3; n++) await hit(ada, 'Filter')
  await shows(ada, 'Filter', 3)
  await ada.reload()
  await connected(ada)
  await shows(ada, 'Filter', 3)
  await shows(await world.page('/clicks/'), 'Filter', 3)
})

scenario('who uses the page is listed, and gone a second after the tab was closed', async (world) => {
  const ada = await world.user()
  const page = await ada.open('/clicks/')
  await people(page, [1])
  const bob = await world.page('/clicks/')
  await people(page, [1, 1])
  await people(bob, [1, 1])
  await bob.close()
  const gone = await duration(people(page, [1]))
  assert.ok(gone < 1000, `it took ${Math.round(gone)} ms`)
})

scenario('after a kill of the server the clicks page says offline, comes back by itself and has kept its numbers', async (world) => {
  const pages = [await world.page('/clicks/'), await world.page('/clicks/')]
  await hit(pages[0], 'Cappuccino')
  await hit(pages[1], 'Cappuccino')
  for (const page of pages) await shows(page, 'Cappuccino', 2)
  await world.server.stop('SIGKILL')
  for (const page of pages) await state(page, 'offline')
  await world.server.start()
  for (const page of pages) {
    await connected(page)
    await shows(page, 'Cappuccino', 2)
    await people(page, [1, 1])
  }
  await hit(pages[0], 'Cappuccino')
  await shows(pages[1], 'Cappuccino', 3)
})

scenario('clicking works with the keyboard alone', async (world) => {
  const page = await world.page('/clicks/')
  await tabTo(page, 'hit-Cappuccino')
  await page.keyboard.press('Enter')
  await shows(page, 'Cappuccino', 1)
  await page.keyboard.press('Space')
  await shows(page, 'Cappuccino', 2)
})

scenario('the clicks page is dark where the system is dark', async (world) => {
  const dark = await world.page('/clicks/', { colorScheme: 'dark' })
  const light = await world.page('/clicks/', { colorScheme: 'light' })
  await dark.screenshot({ path: join(artifacts, 'clicks-dark.png') })
  await light.screenshot({ path: join(artifacts, 'clicks-light.png') })
  assert.ok((await brightness(dark)) < 80)
  assert.ok((await brightness(light)) > 180)
})
