// ./dev cluster as one would use it: its pages in Chromium, a node that is killed, and Ctrl-C.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { freePort, root } from '../../tools/server.mjs'
import { artifacts, brightness, browser, connected, hit, id, people, shows, until } from './support.mjs'

let chromium
let cluster

/** What ./dev cluster has said, and what it says that it runs: {url, nodes: [{name, url, pid}], nats: {pid}}. */
async function startCluster() {
  const child = spawn('./dev', ['cluster', '--no-build', '--port', `${await freePort()}`], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] })
  const started = { child, output: '' }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (started.output += text))
  await said(started, /Ctrl-C/)
  started.url = /Clicks +(http:\S+)clicks\//.exec(started.output)[1]
  started.nodes = [...started.output.matchAll(/^ +(node-\d) +(http:\S+) +pid (\d+)/gm)].map(([, name, url, pid]) => ({ name, url, pid: Number(pid) }))
  started.nats = { pid: Number(/NATS +nats:\S+ +pid (\d+)/.exec(started.output)[1]) }
  return started
}

async function said(started, what) {
  for (const deadline = Date.now() + 30000; !what.test(started.output); await new Promise((resolve) => setTimeout(resolve, 30)))
    if (Date.now() > deadline || started.child.exitCode !== null) throw new Error(`./dev cluster did not say ${what}:\n${started.output}`)
}

before(async () => {
  await mkdir(artifacts, { recursive: true })
  ;[chromium, cluster] = await Promise.all([browser(), startCluster()])
})
after(async () => {
  await chromium?.close()
  cluster?.child.kill('SIGTERM')
})

async function open(address, options = {}) {
  const context = await chromium.newContext({ viewport: { width: 1100, height: 800 }, ...options })
  context.setDefaultTimeout(10000)
  const page = await context.newPage()
  await page.goto(address)
  await connected(page)
  return page
}

/** The name of the node that serves the page, once it says so; another one than `not`. */
async function nodeOf(page, not = '') {
  const named = ([selector, not]) => {
    const name = document.querySelector(selector)?.textContent ?? ''
    return name !== '' && name !== not && name
  }
  return (await until(page, 'the name of a node', named, [id('node'), not])).jsonValue()
}

/** Waits until the page lists people on exactly these nodes. */
const where = (page, nodes) =>
  until(
    page,
    `people on ${nodes}`,
    (wanted) => {
      const seen = [...document.querySelectorAll('[data-testid="person"] .person-where')].map((each) => each.textContent).sort()
      return JSON.stringify(seen) === JSON.stringify(wanted)
    },
    nodes.map((name) => `on ${name}`).sort(),
  )

const hits = (page, button) => page.locator(id(`hits-${button}`)).textContent().then((text) => Number(text.replace(/\D/g, '')))

const listens = (url) =>
  new Promise((resolve) => {
    const probe = net.connect(Number(new URL(url).port), '127.0.0.1').once('error', () => resolve(false))
    probe.once('connect', () => (probe.destroy(), resolve(true)))
  })

test('pages on two nodes see each other, with the names of their nodes, and count the same clicks', async () => {
  const [first, second] = cluster.nodes
  const ada = await open(`${first.url}clicks/`)
  const bob = await open(`${second.url}clicks/`, { colorScheme: 'dark' })
  assert.deepEqual([await nodeOf(ada), await nodeOf(bob)], ['node-1', 'node-2'])
  for (const page of [ada, bob]) await where(page, ['node-1', 'node-2'])
  const before = await hits(ada, 'Matcha')
  await shows(bob, 'Matcha', before)
  await Promise.all([ada, bob].map(async (page) => {
    for (let n = 0; n < 5; n++) await hit(page, 'Matcha')
  }))
  for (const page of [ada, bob]) await shows(page, 'Matcha', before + 10)
  await shows(await open(`${cluster.nodes[2].url}clicks/`), 'Matcha', before + 10)
})

test('a node that is killed is left out: its page comes back on another, and has missed nothing', async () => {
  const [first, , third] = cluster.nodes
  const room = 'chat/#/room/general'
  const bob = await open(first.url + room)
  let ada = await open(cluster.url + room)
  while ((await nodeOf(ada)) !== third.name) ada = (await ada.context().close(), await open(cluster.url + room))
  await where(bob, ['node-1', 'node-3'])
  process.kill(third.pid, 'SIGKILL')
  await said(cluster, /node-3 ended \(SIGKILL\)/)
  await bob.locator(id('message-input')).fill('still there?')
  await bob.locator(id('send')).click()
  const now = await nodeOf(ada, third.name)
  assert.notEqual(now, third.name)
  await ada.locator(id('message'), { hasText: 'still there?' }).last().waitFor()
  await ada.locator(id('message-input')).fill(`yes, on ${now}`)
  await ada.locator(id('send')).click()
  await bob.locator(id('message'), { hasText: `yes, on ${now}` }).last().waitFor()

  cluster.child.stdin.write('\n')
  await said(cluster, /node-3 starts again, pid \d+/)
  third.pid = Number(/node-3 starts again, pid (\d+)/.exec(cluster.output)[1])
  while (!(await listens(third.url))) await new Promise((resolve) => setTimeout(resolve, 30))
  await people(bob, [1, 1])
  await where(bob, ['node-1', now])
  await nodeOf(await open(`${third.url}clicks/`))
})

test('it looks well in light and in dark', async () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const name of ['clicks', 'chat']) {
      const page = await open(`${cluster.url}${name}/`, { colorScheme })
      await nodeOf(page)
      await people(page, Array(await page.locator(id('person')).count()).fill(1))
      await page.screenshot({ path: join(artifacts, `cluster-${name}-${colorScheme}.png`) })
      assert.ok(colorScheme === 'dark' ? (await brightness(page)) < 80 : (await brightness(page)) > 180)
    }
  }
})

test('Ctrl-C ends all that it started', async () => {
  const pids = [...cluster.nodes, cluster.nats].map(({ pid }) => pid)
  const runs = (pid) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  assert.deepEqual(pids.map(runs), pids.map(() => true))
  cluster.child.kill('SIGINT')
  const [code] = await once(cluster.child, 'exit')
  assert.equal(code, 0, cluster.output)
  assert.deepEqual(pids.map(runs), pids.map(() => false))
  assert.deepEqual(await Promise.all([cluster.url, ...cluster.nodes.map(({ url }) => url)].map(listens)), Array(4).fill(false))
})
