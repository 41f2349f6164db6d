// Other servers under the same loads, side by side: the floor, Roost, and what npm has.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { bench, kinds, start } from './servers.mjs'
import { median } from './rows.mjs'

const folder = 'bench/peers'
const version = (name) => JSON.parse(readFileSync(`${folder}/node_modules/${name}/package.json`, 'utf8')).version

function install() {
  if (existsSync(`${folder}/node_modules`)) return
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--no-update-notifier'], { cwd: folder, stdio: 'ignore' })
}

const node = (script) => ({ path: process.execPath, args: [`${folder}/${script}`], env: { NODE_ENV: 'production' } })

function contestants({ uwebsockets }) {
  return [
    { name: 'floor', kind: kinds['coalescing floor'], args: [] },
    { name: 'Roost', kind: kinds.roost, args: [] },
    ...(uwebsockets ? [{ name: `uWebSockets ${uwebsockets.version}`, kind: uwebsockets.kind, args: [] }] : []),
    { name: `ws ${version('ws')}`, kind: node('ws.mjs'), args: [] },
    { name: `Socket.IO ${version('socket.io')}`, kind: node('socketio.mjs'), args: ['--protocol', 'socketio'], path: '/' },
  ]
}

const loads = [
  { name: 'fan-out, 1,000 subscribers, 64 B, window 1', args: ['fanout', '-c', 1000, '-w', 1] },
  { name: 'fan-out, 1,000 subscribers, 64 B, window 16', args: ['fanout', '-c', 1000, '-w', 16] },
  { name: 'fan-out, 1,000 subscribers, 1 kB, window 16', args: ['fanout', '-c', 1000, '-b', 1000, '-w', 16] },
  { name: 'echo, 100 connections, 1 in flight', args: ['echo', '-c', 100, '-w', 1] },
  { name: 'echo, 100 connections, 16 in flight', args: ['echo', '-c', 100, '-w', 16] },
  { name: 'connect + join, 3,000', args: ['connect', '-c', 3000], once: true },
]

async function measure(load, { kind, args, path }, { seconds }) {
  const server = await start(kind, path)
  try {
    const time = load.once ? [] : ['-d', seconds, '--warmup', Math.max(1, seconds / 2)] // V8 has to compile first
    return await bench(server, [...load.args, ...time, ...args])
  } finally {
    await server.stop()
  }
}

/** {headings, rows}: CPU time of each server in µs, and what a connection takes of its memory. */
export async function comparePeers(context, print) {
  install()
  const all = contestants(context)
  const headings = ['server CPU, µs', ...all.map(({ name }) => name)]
  const rows = []
  let memory
  print(headings)
  for (const load of loads) {
    const found = all.map(() => [])
    const bytes = all.map(() => [])
    for (let i = 0; i < Math.min(context.runs, 3); i++) {
      for (const [k, contestant] of all.entries()) {
        const report = await measure(load, contestant, context)
        found[k].push(report.server_cpu_us)
        bytes[k].push(report.server_bytes_a_connection)
      }
    }
    if (load.once) memory = ['memory of a connection, bytes', ...bytes.map((list) => Math.round(median(list)).toLocaleString('en'))]
    rows.push([load.name, ...found.map((list) => median(list).toFixed(median(list) < 1 ? 3 : 2))])
    print(rows.at(-1))
  }
  rows.push(memory)
  print(memory)
  return { headings, rows }
}
