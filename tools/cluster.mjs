// What ./dev cluster runs: nats-server, nodes of the demo, and the proxy before them, all on this machine's loopback.
// Ends what it started, and nothing else, when it is told to end (Ctrl-C, SIGTERM, a closed terminal); if it is killed
// itself, the kernel ends them.
//   node tools/cluster.mjs PATH_OF_ROOST_DEMO NODES [PORT]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import readline from 'node:readline'
import { gives, Proxy } from './cluster-proxy.mjs'
import { root } from './server.mjs'

const [demo, count, wantedPort] = process.argv.slice(2)
const store = mkdtempSync(join(tmpdir(), 'roost-cluster-'))
const startMs = 20000
const stopMs = 10000 // what doesn't end by itself is killed then

/** A program that is started, ends or is ended, and may be started again under its name. */
class Program {
  constructor(name, port, path, args, env = {}) {
    Object.assign(this, { name, port, path, args, env, child: undefined })
  }

  get runs() {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null
  }

  /** In a session of its own, so that Ctrl-C reaches this process alone, which then ends the others in their order. */
  start() {
    const log = createWriteStream(join(root, `build/logs/cluster-${this.name}.log`), { flags: 'a' })
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', this.path, ...this.args], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false })
    child.once('error', (error) => fail(`${this.name} does not start: ${error.message}`))
    child.once('exit', (code, signal) => {
      log.end()
      if (!ending) ended(this, signal ?? `status ${code}`)
    })
    this.child = child
  }

  async stop() {
    if (!this.runs) return
    const exit = once(this.child, 'exit')
    const timer = setTimeout(() => this.child.kill('SIGKILL'), stopMs)
    this.child.kill('SIGTERM')
    this.child.kill('SIGCONT') // it may stand still
    await exit
    clearTimeout(timer)
  }
}

let ending = false
let proxy
const programs = []

/** Nodes first: they say goodbye to each other, by NATS. */
async function end(status) {
  if (ending) return
  ending = true
  await Promise.all(programs.slice(1).map((node) => node.stop()))
  await programs[0]?.stop()
  await proxy?.close()
  rmSync(store, { recursive: true, force: true })
  process.exit(status)
}

function fail(text) {
  console.error(`./dev cluster: ${text}; logs are in build/logs/cluster-*.log`)
  void end(1)
}

const isFree = (port) =>
  new Promise((resolve) => {
    const probe = net.createServer().once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

/** So many free ports, from `first` on. */
async function freePorts(first, many) {
  const ports = []
  for (let port = first; ports.length < many && port < 65536 && port < first + 1000; port++) if (await isFree(port)) ports.push(port)
  return ports
}

const listens = (port) =>
  new Promise((resolve) => {
    const probe = net.connect(port, '127.0.0.1').once('error', () => resolve(false))
    probe.once('connect', () => (probe.destroy(), resolve(true)))
  })

async function until(check, what) {
  for (const deadline = Date.now() + startMs; !(await check()); await new Promise((resolve) => setTimeout(resolve, 30))) {
    if (ending) return
    if (Date.now() > deadline) return fail(`${what} does not answer`)
  }
}

function ended(program, how) {
  if (program === programs[0]) return console.log(`  NATS ended (${how}): each node goes on alone. Enter starts it again.`)
  console.log(`  ${program.name} ended (${how}): its pages go to other nodes. Enter starts it again.`)
}

function startEnded() {
  for (const program of programs.filter(({ runs }) => !runs)) {
    program.start()
    console.log(`  ${program.name} starts again, pid ${program.child.pid}`)
  }
}

function tell(port) {
  const nodes = programs.slice(1)
  const lines = programs.map(({ name, port, child }) => {
    const url = name === 'NATS' ? `nats://localhost:${port}` : `http://localhost:${port}/`
    return `  ${name.padEnd(8)}${url.padEnd(26)}pid ${child.pid}`
  })
  const one = nodes.at(-1)
  console.log(`
  Clicks  http://localhost:${port}/clicks/
  Chat    http://localhost:${port}/chat/
          a proxy: each new connection goes to the next node

${[...lines.slice(1), lines[0]].join('\n')}

  kill -9 ${one.child.pid}     ${one.name} dies: its pages come back on other nodes, its people are gone after 15 s
  kill ${one.child.pid}        it stops in order: its people are gone at once
  kill -STOP ${one.child.pid}  it stands still; kill -CONT ${one.child.pid}: it goes on, and nobody has left
  kill -9 ${programs[0].child.pid}     NATS dies: the nodes go on, each alone
  Enter starts again what has ended. Ctrl-C stops all of it; what was clicked and said is kept.
`)
}

async function run() {
  const first = Number(wantedPort ?? 4000)
  const many = Number(count)
  if (wantedPort && !(await isFree(first))) return fail(`port ${first} is in use; without --port I take a free one`)
  const [port, ...ports] = await freePorts(first, many + 1)
  const [natsPort] = await freePorts(4222, 1)
  if (ports.length < many || !natsPort) return fail('there are not enough free ports; choose another one with --port')

  const nats = ['-a', '127.0.0.1', '-p', `${natsPort}`, '-sd', store]
  programs.push(new Program('NATS', natsPort, 'nats-server', nats))
  ports.forEach((each, i) => {
    const name = `node-${i + 1}`
    const args = ['--port', `${each}`, '--shards', '1', '--node', name, '--nats', `nats://127.0.0.1:${natsPort}`]
    args.push('--db', join(root, `build/cluster/${name}.db`))
    programs.push(new Program(name, each, demo, args, { ROOST_DEMO_CHAT_DB: join(root, 'build/cluster/chat.db') }))
  })
  programs[0].start()
  await until(() => listens(natsPort), 'NATS')
  for (const node of programs.slice(1)) {
    if (ending) return
    node.start()
    await until(() => gives(node.port), node.name) // one after the other: they make the chat's database
  }
  if (ending) return
  proxy = await new Proxy(ports).listen(port)
  tell(port)
  readline.createInterface({ input: process.stdin }).on('line', startEnded).on('SIGINT', () => void end(0))
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(0))
await run().catch((error) => fail(error.message))
