// The page Chat in Chromium: rooms, messages, presence, typing.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after } from 'node:test'
import { artifacts, becomes, brightness, closeBrowser, connected, countSockets, duration, id, people, scenario, state, tabTo, until } from './support.mjs'

after(closeBrowser)

/** Creates a room in the page; gives its address, /chat/#/room/<id>. */
async function createRoom(page, name) {
  await page.locator(id('new-room-name')).fill(name)
  await page.locator(id('create-room')).click()
  return `/chat/#/room/${await roomId(page, name)}`
}

/** Waits until the room of this name is listed; gives its id. */
async function roomId(page, name) {
  const item = page.locator(`${id('rooms')} [data-testid^="room-"]`, { hasText: name })
  await item.waitFor({ state: 'attached' })
  return (await item.getAttribute('data-testid')).slice('room-'.length)
}

/** Waits until the composer can be used, which is after the join. */
async function inRoom(page) {
  await until(page, 'a composer', (selector) => document.querySelector(selector)?.disabled === false, id('message-input'))
}

async function say(page, text) {
  await page.locator(id('message-input')).fill(text)
  await page.locator(id('send')).click()
}

/** Waits until the page lists exactly these messages, in this order, each once. */
const reads = (page, texts) =>
  until(
    page,
    `the messages ${JSON.stringify(texts)}`,
    (wanted) => {
      const items = [...document.querySelectorAll('[data-testid="messages"] [data-testid="message"]')]
      const ids = new Set(items.map((item) => item.dataset.id))
      return ids.size === items.length && items.length === wanted.length && items.every((item, i) => item.textContent.includes(wanted[i]))
    },
    texts,
  )

/** Two people in a new room. */
async function twoInARoom(world, name = 'Teatime') {
  const [ada, bob] = [await world.user(), await world.user()]
  const adasPage = await ada.open('/chat/')
  const address = await createRoom(adasPage, name)
  await adasPage.goto(address)
  const bobsPage = await bob.open(address)
  for (const page of [adasPage, bobsPage]) await inRoom(page)
  return { ada: adasPage, bob: bobsPage, users: { ada, bob }, address }
}

scenario('a room that one creates is seen by the other', async (world) => {
  const ada = await world.page('/chat/')
  const bob = await world.page('/chat/')
  await createRoom(ada, 'Night shift')
  const room = await roomId(bob, 'Night shift')
  await bob.locator(id(`room-${room}`)).click()
  await inRoom(bob)
  assert.ok(bob.url().endsWith(`/chat/#/room/${room}`), bob.url())
})

scenario('messages go both ways and are there for who comes later', async (world) => {
  const { ada, bob, address } = await twoInARoom(world)
  await say(ada, 'Hello Bob')
  await reads(bob, ['Hello Bob'])
  await say(bob, 'Hello Ada <b>& all</b>')
  for (const page of [ada, bob]) await reads(page, ['Hello Bob', 'Hello Ada <b>& all</b>'])
  await reads(await world.page(address), ['Hello Bob', 'Hello Ada <b>& all</b>'])
})

scenario('a joiner gets the last fifty messages', async (world) => {
  const { ada, address } = await twoInARoom(world)
  const texts = Array.from({ length: 55 }, (_, n) => `message number ${n}.`)
  for (const text of texts) await say(ada, text)
  await ada.locator(id('message'), { hasText: 'message number 54.' }).waitFor({ state: 'attached' })
  await reads(await world.page(address), texts.slice(-50))
})

scenario('an unknown room is refused with a reason', async (world) => {
  const page = await world.page('/chat/#/room/no-such-place')
  const refused = page.locator(id('refused'))
  await refused.waitFor()
  assert.match(await refused.textContent(), /room/i)
})

scenario('presence: people come, two tabs are one person, a closed tab is gone within a second', async (world) => {
  const { ada, bob, users, address } = await twoInARoom(world)
  for (const page of [ada, bob]) await people(page, [1, 1])
  const second = await users.bob.open(address)
  for (const page of [ada, bob, second]) await people(page, [1, 2])
  await second.close()
  for (const page of [ada, bob]) await people(page, [1, 1])
  await bob.close()
  const gone = await duration(people(ada, [1]))
  assert.ok(gone < 1000, `it took ${Math.round(gone)} ms`)
})

scenario('who types is shown, until the message is sent', async (world) => {
  const { ada, bob } = await twoInARoom(world)
  const name = (await ada.locator(id('user-name')).evaluate((node) => node.value ?? node.textContent)).trim()
  await ada.locator(id('message-input')).pressSequentially('I am just about to', { delay: 20 })
  const shown = (selector) => {
    const text = document.querySelector(selector)?.textContent.trim() ?? ''
    return text !== '' && text
  }
  const text = await (await until(bob, 'the typing line', shown, id('typing'))).jsonValue()
  assert.ok(text.includes(name), `"${text}" does not name ${name}`)
  await ada.locator(id('send')).click()
  await until(bob, 'no typing line', (selector) => !document.querySelector(selector)?.textContent.trim(), id('typing'))
})

scenario('after a kill of the server the chat says offline, comes back by itself and has kept its messages', async (world) => {
  const { ada, bob } = await twoInARoom(world)
  await say(ada, 'before the crash')
  for (const page of [ada, bob]) await reads(page, ['before the crash'])
  await world.server.stop('SIGKILL')
  for (const page of [ada, bob]) await state(page, 'offline')
  await world.server.start()
  for (const page of [ada, bob]) {
    await connected(page)
    await inRoom(page)
    await reads(page, ['before the crash'])
    await people(page, [1, 1])
  }
  await say(bob, 'after the crash')
  for (const page of [ada, bob]) await reads(page, ['before the crash', 'after the crash'])
})

scenario('a chat without network says so, comes back at once with it, and shows what was said meanwhile, once', async (world) => {
  const { ada: page, bob, users } = await twoInARoom(world, 'Tunnel')
  await say(page, 'before')
  await reads(bob, ['before'])
  await users.ada.context.setOffline(true)
  await state(page, 'offline')
  await page.locator(id('offline-banner')).waitFor()
  await say(bob, 'meanwhile')
  await reads(bob, ['before', 'meanwhile'])
  await reads(page, ['before'])
  await users.ada.context.setOffline(false)
  await connected(page)
  await reads(page, ['before', 'meanwhile'])
  await inRoom(page)
  await say(page, 'after')
  for (const each of [page, bob]) await reads(each, ['before', 'meanwhile', 'after'])
})

scenario('a hidden chat makes no attempts, and one at once when it is seen', async (world) => {
  const page = await world.page('/chat/')
  const room = await createRoom(page, 'Asleep')
  await page.goto(room)
  await inRoom(page)
  await becomes(page, 'hidden')
  const sockets = countSockets(page)
  await world.server.stop('SIGKILL')
  await state(page, 'offline')
  await world.server.start()
  const other = await world.page(room)
  await inRoom(other)
  await say(other, 'you were away')
  await reads(other, ['you were away'])
  assert.equal(sockets.opened, 0)
  await becomes(page, 'visible')
  await reads(page, ['you were away'])
  assert.equal(sockets.opened, 1)
})

scenario('an orderly restart looks the same', async (world) => {
  const { ada, bob } = await twoInARoom(world)
  await say(ada, 'see you')
  await reads(bob, ['see you'])
  assert.deepEqual(await world.server.stop('SIGTERM'), { code: 0, signal: null })
  for (const page of [ada, bob]) await state(page, 'offline')
  await world.server.start()
  for (const page of [ada, bob]) {
    await connected(page)
    await reads(page, ['see you'])
  }
})

scenario('writing works with the keyboard alone', async (world) => {
  const { ada, bob } = await twoInARoom(world)
  await ada.locator('body').click({ position: { x: 1, y: 1 } })
  await tabTo(ada, 'message-input')
  await ada.keyboard.type('no mouse needed')
  await ada.keyboard.press('Enter')
  await reads(bob, ['no mouse needed'])
  assert.equal(await ada.locator(id('message-input')).inputValue(), '')
  await ada.keyboard.type('again')
  await ada.keyboard.press('Enter')
  await reads(bob, ['no mouse needed', 'again'])
})

scenario('the chat is dark where the system is dark', async (world) => {
  const { address, ada } = await twoInARoom(world)
  await say(ada, 'Is it night already?')
  const dark = await world.page(address, { colorScheme: 'dark' })
  const light = await world.page(address, { colorScheme: 'light' })
  for (const [name, page] of Object.entries({ dark, light })) {
    await reads(page, ['Is it night already?'])
    await page.screenshot({ path: join(artifacts, `chat-${name}.png`) })
  }
  assert.ok((await brightness(dark)) < 80)
  assert.ok((await brightness(light)) > 180)
})
