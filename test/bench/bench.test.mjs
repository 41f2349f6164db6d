// `roost bench` against the contract server and against the floor: every load runs, and what it counts is right.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { binary, contractServer, freePort } from '../../tools/server.mjs'
import { bench } from './support.mjs'

function good({ code, report, stderr }) {
  assert.equal(stderr, '')
  assert.deepEqual(report.faults, { missing: 0, duplicates: 0, out_of_order: 0, garbled: 0 })
  assert.equal(report.trouble, '')
  assert.ok(report.good && report.units > 0, JSON.stringify(report))
  assert.equal(code, 0)
  return report
}

async function startFloor(...args) {
  const port = await freePort()
  const child = spawn(binary('floor'), ['--port', `${port}`, ...args], { stdio: 'ignore' })
  const answers = () =>
    new Promise((resolve) => {
      const probe = connect(port, '127.0.0.1')
      probe.once('connect', () => resolve(Boolean(probe.destroy())))
      probe.once('error', () => resolve(false))
    })
  while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, 20))
  return { url: `ws://127.0.0.1:${port}/socket`, stop: () => child.kill() }
}

describe('the contract server', () => {
  let server, url, pid
  before(async () => {
    server = await contractServer()
    url = `ws://127.0.0.1:${server.port}/socket`
    pid = server.process.pid
  })
  after(() => server.stop())

  test('fan-out by window: whole windows to all, with the CPU time of each delivery', async () => {
    const report = good(await bench('fanout', url, '-c', 20, '-w', 8, '--pid', pid))
    assert.equal(report.units % (20 * 8), 0)
    assert.ok(report.server_cpu_us > 0)
    assert.equal(report.latency_us.count, report.units)
    assert.equal(report.open_loop, false)
  })

  test('fan-out by rate is an open loop', async () => {
    const report = good(await bench('fanout', url, '-c', 10, '-r', 200))
    assert.equal(report.open_loop, true)
    assert.equal(report.units % 10, 0)
  })

  test('fan-out on many topics, each to its own subscribers', async () => {
    const report = good(await bench('fanout', url, '-c', 20, '--topics', 4, '-w', 2))
    assert.equal(report.units % (20 * 2), 0)
  })

  test('fan-out of bytes, of large messages, of compressed ones', async () => {
    good(await bench('fanout', url, '-c', 5, '--binary', '-b', 300))
    good(await bench('fanout', url, '-c', 5, '--binary', '-b', 500_000))
    good(await bench('fanout', url.replace('/socket', '/socket_compress'), '--compress', '-c', 5, '-b', 2000, '-w', 4))
  })

  test('echo, by window and by rate', async () => {
    good(await bench('echo', url, '-c', 10, '-w', 4))
    good(await bench('echo', url, '-c', 10, '--binary', '-b', 100))
    good(await bench('echo', url, '-c', 10, '-r', 300))
  })

  test('connect counts every client, and what it takes of memory', async () => {
    const report = good(await bench('connect', url, '-c', 300, '--pid', pid))
    assert.equal(report.units, 300)
    assert.equal(report.latency_us.count, 300)
    assert.equal(typeof report.server_bytes_a_connection, 'number')
  })

  test('churn: leave, disconnect, connect, join', async () => {
    good(await bench('churn', url, '-c', 20, '--concurrency', 5))
    good(await bench('churn', url, '-c', 20, '-r', 50))
  })

  test('presence: everybody agrees who is there', async () => {
    good(await bench('presence', url, '-c', 12, '--topics', 2, '-w', 2))
  })

  test('presence: all come over a time, and agree', async () => {
    const report = good(await bench('presence', url, '-c', 30, '--over', 0.2, '--pid', pid))
    assert.ok(report.diff_frames_a_client > 0 && report.diff_bytes_a_client > 0, JSON.stringify(report))
    assert.ok(report.all_agree_after_s >= report.all_agree_after_the_last_s && report.server_cpu_s > 0)
    good(await bench('presence', url, '-c', 9, '--topics', 2, '--over', 0))
  })

  test('presence: all update their metas, and agree', async () => {
    const report = good(await bench('presence', url, '-c', 10, '--updates-per-second', 20))
    assert.equal(report.units % 9, 0)
    assert.ok(report.diff_frames_a_client > 0)
  })

  test('presence: a roster that is wrong at the end is a fault', async () => {
    const untracked = ['--updates-per-second', 20, '--update-event', 'untrack', '--patience', 4]
    const { code, report } = await bench('presence', url, '-c', 2, ...untracked)
    assert.equal(code, 1)
    assert.equal(report.faults.missing, 6) // neither is there: each misses itself, and both entries of its roster
    assert.match(report.trouble, /never came/)
  })

  test('several processes share the clients', async () => {
    const fanout = good(await bench('fanout', url, '-c', 30, '-w', 4, '--processes', 3))
    assert.equal(fanout.units % (30 * 4), 0)
    assert.equal(good(await bench('connect', url, '-c', 31, '--processes', 3)).units, 31)
    good(await bench('echo', url, '-c', 6, '--processes', 2))
    good(await bench('churn', url, '-c', 6, '--concurrency', 2, '--processes', 2))
  })

  test('a report is one file', async () => {
    const file = join(tmpdir(), `roost-report-${process.pid}.html`)
    try {
      good(await bench('fanout', url, '-c', 5, '--report', file))
      assert.match(await readFile(file, 'utf8'), /^<!doctype html>.*deliveries.*<\/html>\n$/s)
    } finally {
      await rm(file, { force: true })
    }
  })

  test('a topic that nobody serves cannot be joined', async () => {
    const { code, stderr } = await bench('fanout', url, '-c', 2, '--topic', 'nobody:serves')
    assert.equal(code, 2)
    assert.match(stderr, /the join was refused: \{"reason":"unmatched topic"\}/)
  })
})

for (const args of [[], ['--coalesce']]) {
  describe(['the floor', ...args].join(' '), () => {
    let floor
    before(async () => (floor = await startFloor(...args)))
    after(() => floor.stop())

    test('does every load that is compared with it', async () => {
      good(await bench('fanout', floor.url, '-c', 20, '-w', 8))
      good(await bench('fanout', floor.url, '-c', 20, '--topics', 4, '-b', 100_000))
      good(await bench('echo', floor.url, '-c', 10, '-w', 4))
      good(await bench('connect', floor.url, '-c', 300))
      good(await bench('churn', floor.url, '-c', 20, '--concurrency', 5))
    })
  })
}
