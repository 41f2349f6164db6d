// What happens to those who are there when a node dies, sleeps or is replaced.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fresh } from '../client/support.mjs'
import { cluster, met, present, sees, startNode } from './support.mjs'

const seconds = (since) => (performance.now() - since) / 1000

test('kill -9: its people are gone within 15 s, and nobody else', async (t) => {
  const { a, b, c } = await cluster(t, ['a', 'b', 'c'])
  const topic = fresh('presence')
  const ada = await present(t, a, topic, 'ada')
  const bob = await present(t, b, topic, 'bob')
  const cyd = await present(t, c, topic, 'cyd')
  for (const each of [ada, bob, cyd]) await sees(each, 'ada:1 bob:1 cyd:1')
  const killed = performance.now()
  await b.stop('SIGKILL')
  await sees(ada, 'ada:1 cyd:1', 20000)
  await sees(cyd, 'ada:1 cyd:1', 2000)
  t.diagnostic(`gone after ${seconds(killed).toFixed(1)} s`)
  assert.deepEqual([ada.left, cyd.left], [['bob'], ['bob']])
})

test('a node that stands still for 10 s is not gone, and goes on as if nothing had been', async (t) => {
  const { a, b } = await cluster(t, ['a', 'b'])
  const topic = fresh('presence')
  const ada = await present(t, a, topic, 'ada')
  const bob = await present(t, b, topic, 'bob')
  for (const each of [ada, bob]) await sees(each, 'ada:1 bob:1')
  b.process.kill('SIGSTOP')
  const cyd = await present(t, a, topic, 'cyd')
  await new Promise((resolve) => setTimeout(resolve, 10000))
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

test('all nodes restarted one after the other: nobody who stayed elsewhere is seen to leave', async (t) => {
  const nodes = await cluster(t, ['a', 'b', 'c'])
  for (const name of ['a', 'b', 'c']) {
    const topic = fresh('presence')
    const others = ['a', 'b', 'c'].filter((other) => other !== name)
    const stay = await Promise.all(others.map((other) => present(t, nodes[other], topic, `on-${other}`)))
    const all = others.map((other) => `on-${other}:1`).join(' ')
    for (const each of stay) await sees(each, all)
    await nodes[name].stop('SIGTERM')
    await nodes[name].start()
    await met(nodes[name], 2)
    const newcomer = await present(t, nodes[name], topic, 'newcomer')
    for (const each of [newcomer, ...stay]) await sees(each, `newcomer:1 ${all}`)
    assert.deepEqual(stay.map((each) => each.left), [[], []])
    await Promise.all([newcomer, ...stay].map((each) => new Promise((done) => each.socket.disconnect(done))))
  }
})
