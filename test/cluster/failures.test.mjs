// What happens to those who are there when a node dies, sleeps or is replaced.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { root } from '../../tools/server.mjs'
import { fresh, until } from '../client/support.mjs'
import { cluster, met, metric, present, sees, startNode } from './support.mjs'

const seconds = (since) => (performance.now() - since) / 1000
const pass = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// Most of each is waiting: all at once.
describe('failures', { concurrency: true }, () => {
  test('kill -9: its people are gone within 15 s, and nobody else', async (t) => {
    const { a, b, c } = await cluster(t, ['a', 'b', 'c'])
    const topic = fresh('presence')
    const ada = await present(t, a, topic, 'ada')
    const bob = await present(t, b, topic, 'bob')
    const cyd = await present(t, c, topic, 'cyd')
    bob.channel.push('hold', { key: 'device', meta: {} }) // by the application, without a channel
    for (const each of [ada, bob, cyd]) await sees(each, 'ada:1 bob:1 cyd:1 device:1')
    const killed = performance.now()
    await b.stop('SIGKILL')
    await sees(ada, 'ada:1 cyd:1', 20000)
    await sees(cyd, 'ada:1 cyd:1', 2000)
    t.diagnostic(`gone after ${seconds(killed).toFixed(1)} s`)
    assert.deepEqual(
      [ada.left.sort(), cyd.left.sort()],
      [
        ['bob', 'device'],
        ['bob', 'device'],
      ],
    )
  })

  test('a node that stands still for 10 s is not gone, and goes on as if nothing had been', async (t) => {
    const { a, b } = await cluster(t, ['a', 'b'])
    const topic = fresh('presence')
    const ada = await present(t, a, topic, 'ada')
    const bob = await present(t, b, topic, 'bob')
    for (const each of [ada, bob]) await sees(each, 'ada:1 bob:1')
    b.process.kill('SIGSTOP')
    const cyd = await present(t, a, topic, 'cyd')
    await pass(10000)
    b.process.kill('SIGCONT')
    for (const each of [ada, bob, cyd]) await sees(each, 'ada:1 bob:1 cyd:1')
    assert.deepEqual([ada.left, bob.left, cyd.left], [[], [], []])
  })

  test('a node that was killed and is back under its name has no ghosts', async (t) => {
    const { nats, a, b } = await cluster(t, ['a', 'b'])
    const topic = fresh('presence')
    const ada = await present(t, a, topic, 'ada')
    const bob = await present(t, b, topic, 'bob', { reconnectAfterMs: () => 600000 })
    for (const each of [ada, bob]) await sees(each, 'ada:1 bob:1')
    await b.stop('SIGKILL')
    const again = await startNode(t, nats, 'b')
    await sees(ada, 'ada:1', 5000)
    const cyd = await present(t, again, topic, 'cyd')
    for (const each of [ada, cyd]) await sees(each, 'ada:1 cyd:1')
    assert.deepEqual(ada.left, ['bob'])
  })

  // Everybody is there on two nodes. So nobody may be seen to leave, not even by those who lose their own connection and
  // come back to a node that has just started.
  test('a rolling restart under load: nobody who stayed elsewhere is seen to leave', async (t) => {
    const nodes = Object.values(await cluster(t, ['a', 'b', 'c'])).slice(1)
    const topic = fresh('presence')
    const users = Array.from({ length: 24 }, (_, i) => `user-${i}`)
    const clients = (
      await Promise.all(users.map((user, i) => Promise.all([0, 1].map((n) => present(t, nodes[(i + n) % 3], topic, user)))))
    ).flat()
    const all = users.map((user) => `${user}:2`).sort().join(' ')
    await Promise.all(clients.map((each) => sees(each, all)))

    let loaded = true
    const load = nodes.map(async (node, i) => {
      for (let n = 0; loaded; n++) {
        const guest = await present(t, node, topic, `guest-${i}-${n}`).catch(() => undefined)
        await pass(20)
        guest?.socket.disconnect()
      }
    })
    for (const node of nodes) {
      await node.stop('SIGTERM')
      await node.start()
      await met(node, 2)
      await Promise.all(clients.map((each) => until(() => users.every((user) => each.presence.state[user]?.metas.length === 2), 'all are back', 10000)))
    }
    loaded = false
    await Promise.all(load)
    await Promise.all(clients.map((each) => sees(each, all)))
    const seen = clients.map((each) => each.left.filter((key) => key.startsWith('user')).length)
    assert.deepEqual(seen, clients.map(() => 0))
  })

  test('an idle cluster says next to nothing, also soon after one of three nodes was restarted', async (t) => {
    const { a, b, c } = await cluster(t, ['a', 'b', 'c'])
    const topic = fresh('presence')
    const stay = await Promise.all(Array.from({ length: 60 }, (_, i) => present(t, [a, b][i % 2], topic, `user-${i}`)))
    const move = await Promise.all(Array.from({ length: 30 }, (_, i) => present(t, c, topic, `mover-${i}`)))
    await Promise.all([...stay, ...move].map((each) => until(() => each.presence.list().length === 90, '90 are there', 10000)))
    await pass(2000)
    const idle = await rates([a, b, c])
    t.diagnostic(`idle, bytes/s out and in: ${idle.map((rate) => rate.join(' ')).join(', ')}`)
    for (const [sent, received] of idle) assert.ok(sent < 1000 && received < 2000, `${idle}`)

    await c.stop('SIGTERM')
    const start = performance.now()
    await c.start()
    await Promise.all([...stay, ...move].map((each) => until(() => each.presence.list().length === 90, '90 are there again', 10000)))
    t.diagnostic(`whole again after ${seconds(start).toFixed(1)} s`)
    await pass(10000 - (performance.now() - start))
    const after = await rates([a, b, c])
    t.diagnostic(`10 s after the restart: ${after.map((rate) => rate.join(' ')).join(', ')}`)
    for (const [i, rate] of after.entries()) assert.ok(rate[0] < idle[i][0] * 1.5 + 100, `${idle} then ${after}`)
  })

  test('two nodes are cut off from the third for 30 s, and one cluster again within 2 s', async (t) => {
    const own = process.getuid() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net']
    const script = join(root, 'test/cluster/partition.mjs')
    const { stdout } = await promisify(execFile)('unshare', [...own, '--', process.execPath, script], { env: { ...process.env, NODE_TEST_CONTEXT: undefined } }).catch((error) => {
      throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`)
    })
    t.diagnostic(stdout.trim().split('\n').at(-1))
  })
})

/** [sent, received] bytes a second of each node, over 6 s: two periods of what it says when nothing happens. */
async function rates(nodes) {
  const read = () => Promise.all(nodes.map(async (node) => [await metric(node, 'roost_broker_sent_bytes_total'), await metric(node, 'roost_broker_received_bytes_total')]))
  const before = await read()
  await pass(6000)
  return (await read()).map((now, i) => now.map((bytes, n) => Math.round((bytes - before[i][n]) / 6)))
}
