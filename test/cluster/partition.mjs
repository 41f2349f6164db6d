// A network that is cut, in network namespaces: run by failures.test.mjs inside a new one, `unshare --net node partition.mjs`.
// All links and addresses are those of namespaces that are made here, and go with the processes that hold them.
//
//   this namespace: the test's clients, nats-server, a bridge between the nodes and it
//   a, b, c: one namespace each; eth0 on the bridge, for NATS, and eth1 for clients of that node
//
// The cut takes c's link from the bridge: nobody is told, packets just don't come through any more.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { Server, binary } from '../../tools/server.mjs'
import { collect, joined, until } from '../client/support.mjs'
import { degraded, met, Nats, present, sees } from './support.mjs'

const cutMs = 30000
const healMsMax = 3000 // 2 s, and one for a machine that does much else
const ends = []
const t = { after: (end) => ends.push(end) }

const ip = (...words) => execFileSync('ip', words)
const pass = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** A process whose namespace is a new one; ends with the test. */
async function holder() {
  const child = spawn('unshare', ['--net', '--', 'sleep', '300'], { stdio: 'ignore' })
  ends.push(() => child.kill('SIGKILL'))
  const own = readlinkSync('/proc/self/ns/net')
  await until(() => readlinkSync(`/proc/${child.pid}/ns/net`) !== own, 'a namespace')
  return `${child.pid}`
}

async function startNode(name, number, nats) {
  const pid = await holder()
  const inside = (...words) => execFileSync('nsenter', ['-t', pid, '-n', '--', 'ip', ...words])
  ip('link', 'add', `bridge-${name}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pid)
  ip('link', 'add', `client-${name}`, 'type', 'veth', 'peer', 'name', 'eth1', 'netns', pid)
  ip('link', 'set', `bridge-${name}`, 'master', 'between', 'up')
  ip('addr', 'add', `10.99.${number}.1/24`, 'dev', `client-${name}`)
  ip('link', 'set', `client-${name}`, 'up')
  inside('addr', 'add', `10.98.0.${number}/24`, 'dev', 'eth0')
  inside('addr', 'add', `10.99.${number}.2/24`, 'dev', 'eth1')
  for (const link of ['lo', 'eth0', 'eth1']) inside('link', 'set', link, 'up')
  const host = `10.99.${number}.2`
  const node = new Server({
    path: binary('contract_server'),
    args: ['--shards', '2', '--log-level', 'info', '--host', host, '--nats', nats.url, '--node', name],
    port: 4000,
    host,
    ready: '/api/health',
    through: ['nsenter', '-t', pid, '-n', '--'],
  })
  ends.push(() => node.stop('SIGKILL'))
  return node.start()
}

async function run() {
  ip('link', 'set', 'lo', 'up')
  ip('link', 'add', 'between', 'type', 'bridge')
  ip('addr', 'add', '10.98.0.100/24', 'dev', 'between')
  ip('link', 'set', 'between', 'up')
  const nats = await new Nats(4222, [], '10.98.0.100').start()
  ends.push(() => nats.stop())
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name, i) => startNode(name, i + 1, nats)))
  for (const node of [a, b, c]) await met(node, 2)

  const topic = 'presence:cut'
  const [ada, bob, cyd] = [await present(t, a, topic, 'ada'), await present(t, b, topic, 'bob'), await present(t, c, topic, 'cyd')]
  for (const each of [ada, bob, cyd]) await sees(each, 'ada:1 bob:1 cyd:1')
  const talk = await joined(cyd.socket, 'room:cut')

  ip('link', 'set', 'bridge-c', 'nomaster')
  const cut = performance.now()
  await until(() => degraded(c), 'c says that it is degraded', 8000)
  const noticed = performance.now() - cut
  const [dan, eve] = [await present(t, a, topic, 'dan'), await present(t, c, topic, 'eve')]
  for (const each of [ada, bob, dan]) await sees(each, 'ada:1 bob:1 dan:1', 20000)
  for (const each of [cyd, eve]) await sees(each, 'cyd:1 eve:1', 20000)
  const hidden = performance.now() - cut
  assert.deepEqual([ada.left, bob.left, cyd.left.sort()], [['cyd'], ['cyd'], ['ada', 'bob']])
  const heard = collect(talk, 'new_msg')
  talk.push('new_msg', { alone: true })
  assert.deepEqual(await heard.of(1), [{ alone: true }])

  await pass(cutMs - (performance.now() - cut))
  ip('link', 'set', 'bridge-c', 'master', 'between')
  const mended = performance.now()
  await Promise.all([ada, bob, cyd, dan, eve].map((each) => sees(each, 'ada:1 bob:1 cyd:1 dan:1 eve:1', 10000)))
  const healed = performance.now() - mended
  assert.equal(await degraded(c), false)
  assert.deepEqual([ada.left, bob.left, cyd.left.sort()], [['cyd'], ['cyd'], ['ada', 'bob']])
  const told = [noticed, hidden, healed].map((ms) => (ms / 1000).toFixed(1))
  console.log(`noticed after ${told[0]} s, hidden after ${told[1]} s, whole again ${told[2]} s after it was mended`)
  assert.ok(healed < healMsMax, `${healed} ms`)
}

try {
  await run()
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  for (const end of ends.reverse()) await end()
}
process.exit()
