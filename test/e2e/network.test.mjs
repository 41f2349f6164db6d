// What happens to pages in Chromium when the network, the tab or the page itself goes and comes back.
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { becomes, closeBrowser, connected, countSockets, hit, id, people, scenario, shows, state } from './support.mjs'

after(closeBrowser)

scenario('a page without network says so, comes back at once with it, and has missed nothing', async (world) => {
  const ada = await world.user()
  const page = await ada.open('/clicks/')
  const bob = await world.page('/clicks/')
  await ada.context.setOffline(true)
  await state(page, 'offline')
  await page.locator(id('offline-banner')).waitFor()
  await hit(bob, 'Matcha')
  await shows(bob, 'Matcha', 1)
  await shows(page, 'Matcha', 0)
  await ada.context.setOffline(false)
  await connected(page)
  await shows(page, 'Matcha', 1)
  await people(page, [1, 1])
  await people(bob, [1, 1])
})

scenario('a hidden tab makes no attempts, and one at once when it is seen', async (world) => {
  const page = await world.page('/clicks/')
  await hit(page, 'Filter')
  await shows(page, 'Filter', 1)
  await becomes(page, 'hidden')
  const sockets = countSockets(page)
  await world.server.stop('SIGKILL')
  await state(page, 'offline')
  await world.server.start()
  const other = await world.page('/clicks/')
  await hit(other, 'Filter')
  await shows(other, 'Filter', 2)
  assert.equal(sockets.opened, 0)
  await becomes(page, 'visible')
  await connected(page)
  await shows(page, 'Filter', 2)
  assert.equal(sockets.opened, 1)
})

scenario('a frozen tab that is thawed after the server restarted shows what is true now', async (world) => {
  const user = await world.user()
  const page = await user.open('/clicks/')
  const session = await user.context.newCDPSession(page)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  await world.server.stop('SIGKILL')
  await world.server.start()
  const other = await world.page('/clicks/')
  await hit(other, 'Espresso')
  await shows(other, 'Espresso', 1)
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  await shows(page, 'Espresso', 1)
  await connected(page)
  await people(page, [1, 1])
})

scenario('two tabs of one person have a connection each, and both count', async (world) => {
  const ada = await world.user()
  const [first, second] = [await ada.open('/clicks/'), await ada.open('/clicks/')]
  await people(first, [2])
  await hit(first, 'Cappuccino')
  await hit(second, 'Cappuccino')
  for (const page of [first, second]) await shows(page, 'Cappuccino', 2)
  await first.close()
  await people(second, [1])
  await hit(second, 'Cappuccino')
  await shows(second, 'Cappuccino', 3)
})

scenario('going to another page and back is no loss', async (world) => {
  const page = await world.page('/clicks/')
  await hit(page, 'Matcha')
  await shows(page, 'Matcha', 1)
  await page.goto('/chat/')
  await connected(page)
  await page.goBack()
  await connected(page)
  await shows(page, 'Matcha', 1)
  assert.equal(await page.locator(id('offline-banner')).count(), 0)
})
