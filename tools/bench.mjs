#!/usr/bin/env node
// Measures the server against the floor (bench/floor) and prints a table: what must hold, what was found.
//   ./dev bench [--quick] [--only REGEX] [--runs N] [--core N]
// Floor and server take turns, A B A B …: a ratio is of two neighbours, the table has the median of the ratios. Server and load
// generator share one core, so that the one never waits for the other's caches, and CPU time is all that counts.
import { execFile, spawn } from 'node:child_process'
import { cpus } from 'node:os'
import { parseArgs, promisify } from 'node:util'
import { binary, freePort, get } from './server.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    runs: { type: 'string' },
    core: { type: 'string', default: `${cpus().length - 1}` },
  },
})
const runs = Number(values.runs ?? (values.quick ? 3 : 5))
const seconds = values.quick ? 0.7 : 2

const run = promisify(execFile)
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]

/** The loads: arguments of `roost bench`, which floor, and what the ratio may be at most. */
function loads() {
  const list = []
  for (const [subscribers, bytes] of [[1000, 64], [1000, 1000], [10000, 64]]) {
    for (const window of [1, 16, 64]) {
      list.push({
        name: `fan-out, ${subscribers.toLocaleString('en')} subscribers, ${bytes} B, window ${window}`,
        args: ['fanout', '-c', subscribers, '-b', bytes, '-w', window, '-d', seconds],
        floor: window === 1 ? 'floor' : 'coalescing floor',
        most: window === 1 ? 1.1 : 1.35,
      })
    }
  }
  for (const [connections, window] of [[100, 1], [100, 16], [5000, 1]]) {
    list.push({
      name: `echo, ${connections.toLocaleString('en')} connections, ${window} in flight`,
      args: ['echo', '-c', connections, '-w', window, '-d', seconds],
      floor: 'floor',
      most: 1.2,
    })
  }
  list.push({ name: 'connect + join, 10,000', args: ['connect', '-c', 10000], floor: 'floor', most: 1.6, fresh: true })
  return list.filter((load) => new RegExp(values.only).test(load.name))
}

/** How each server is started. */
const kinds = {
  floor: { path: binary('floor'), args: [] },
  'coalescing floor': { path: binary('floor'), args: ['--coalesce'] },
  roost: { path: binary('contract_server'), args: ['--shards', '1', '--log-level', 'error'], ready: '/api/health' },
}

async function start(kind) {
  const { path, args, ready } = kinds[kind]
  const port = await freePort()
  const child = spawn(path, ['--port', `${port}`, ...args], { stdio: ['ignore', 'inherit', 'inherit'] })
  for (let tries = 0; ; tries++) {
    const up = ready ? await get(`http://127.0.0.1:${port}`, ready).catch(() => undefined) : await listens(port)
    if (up) return { kind, child, url: `ws://127.0.0.1:${port}/socket` }
    if (tries > 200 || child.exitCode !== null) throw new Error(`${path} does not listen on port ${port}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function listens(port) {
  const { connect } = await import('node:net')
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1')
    probe.once('connect', () => resolve(probe.destroy()))
    probe.once('error', () => resolve(undefined))
  }).then((socket) => socket !== undefined)
}

async function stop(server) {
  const ended = new Promise((resolve) => server.child.once('exit', resolve))
  server.child.kill('SIGKILL')
  await ended
}

/** One run of the load generator; its report. */
async function measure(server, args) {
  const pinned = ['--pid', server.child.pid, '--cores', values.core, '--server-cores', values.core, '--json']
  const all = ['bench', args[0], server.url, ...args.slice(1), ...pinned].map(String)
  const { stdout } = await run(binary('roost'), all, { maxBuffer: 1 << 24 }).catch((error) => {
    if (error.stdout) return error
    throw error
  })
  const report = JSON.parse(stdout)
  if (!report.good) throw new Error(`${server.kind}, ${args.join(' ')}: ${stdout}`)
  return report
}

/** Floor and server in turns; new ones for each run of a load that says `fresh`. */
async function compare(load, servers) {
  const found = { floor: [], roost: [], memory: [] }
  for (let i = 0; i < runs; i++) {
    for (const [side, kind] of [['floor', load.floor], ['roost', 'roost']]) {
      const server = load.fresh ? await start(kind) : (servers[kind] ??= await start(kind))
      const report = await measure(server, load.args)
      found[side].push(report.server_cpu_us)
      if (load.fresh && side === 'roost') found.memory.push(report.server_bytes_a_connection)
      if (load.fresh) await stop(server)
    }
  }
  const ratios = found.roost.map((us, i) => us / found.floor[i])
  return { ...found, ratio: median(ratios), spread: [Math.min(...ratios), Math.max(...ratios)] }
}

function row(name, load, { floor, roost, ratio, spread }) {
  const verdict = ratio <= load.most ? 'holds' : 'falls short'
  const range = `${spread[0].toFixed(2)}-${spread[1].toFixed(2)}`
  return [name, median(floor).toFixed(3), median(roost).toFixed(3), ratio.toFixed(2), range, `≤ ${load.most}`, verdict]
}

const widths = [48, 10, 10, 7, 12, 8, 12]
const line = (cells) => cells.map((cell, i) => (i === 0 ? `${cell}`.padEnd(widths[i]) : `${cell}`.padStart(widths[i]))).join('')

console.log(line(['server CPU, µs each', 'floor', 'roost', 'ratio', 'range', 'must', '']))
const servers = {}
let short = 0
try {
  for (const load of loads()) {
    const result = await compare(load, servers)
    const cells = row(load.name, load, result)
    if (cells.at(-1) !== 'holds') short++
    console.log(line(cells))
    if (result.memory.length) console.log(`memory of a joined idle connection, user space: ${Math.round(median(result.memory))} bytes`)
  }
} finally {
  await Promise.all(Object.values(servers).map(stop))
}
console.log(short ? `${short} fall short` : 'all hold')
