// A cluster of real processes: nats-server, and nodes that are contract servers.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { Presence } from 'phoenix'
import { Server, binary, freePort, get } from '../../tools/server.mjs'
import { connect, outcome, until } from '../client/support.mjs'

/** A nats-server that keeps its port over stop and start. */
export class Nats {
  constructor(port, args = [], host = '127.0.0.1') {
    Object.assign(this, { port, args, host, url: `nats://${host}:${port}`, process: null })
  }

  async start() {
    this.process = spawn('nats-server', ['-a', this.host, '-p', `${this.port}`, ...this.args], { stdio: 'ignore' })
    this.process.once('error', () => {})
    await until(() => listens(this.port, this.host), 'nats-server listens', 20000)
    return this
  }

  signal(name) {
    this.process.kill(name)
  }

  async stop() {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return
    const ended = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await ended
  }
}

export function listens(port, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const probe = net.connect(port, host)
    probe.once('connect', () => (probe.destroy(), resolve(true)))
    probe.once('error', () => resolve(false))
  })
}

/** NATS and nodes of these names: {nats, a, b, …}; all ended after the test. The nodes have met. */
export async function cluster(t, names, { args = [] } = {}) {
  const nats = await new Nats(await freePort()).start()
  t.after(() => nats.stop())
  const nodes = await Promise.all(names.map((name) => startNode(t, nats, name, args)))
  await Promise.all(nodes.map((node) => met(node, names.length - 1)))
  return { nats, ...Object.fromEntries(names.map((name, i) => [name, nodes[i]])) }
}

export async function startNode(t, nats, name, args = []) {
  const node = new Server({
    path: binary('contract_server'),
    args: ['--shards', '2', '--log-level', 'info', '--nats', nats.url, '--node', name, ...args],
    port: await freePort(),
    ready: '/api/health',
  })
  t.after(() => node.stop('SIGKILL'))
  return node.start()
}

/** Waits until a node has heard of so many others. */
export const met = (node, others, ms = 10000) =>
  until(async () => (await metric(node, 'roost_cluster_nodes')) === others, `the node has met ${others} others`, ms)

export async function metric(node, name) {
  const { body } = await get(node.base, '/metrics')
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(body)?.[1])
}

export async function degraded(node) {
  return JSON.parse((await get(node.base, '/api/node')).body).degraded
}

export async function post(node, path, body) {
  const response = await fetch(node.base + path, { method: 'POST', body: JSON.stringify(body) })
  if (response.status !== 200) throw new Error(`POST ${path}: ${response.status}`)
}

/** Joins a presence topic as `user` on that node: {channel, socket, presence, here(), left}. */
export async function present(t, node, topic, user, options = {}) {
  const socket = connect(t, node.base, { user, ...options })
  const channel = socket.channel(topic)
  const presence = new Presence(channel)
  const left = []
  presence.onLeave((key, current) => current.metas.length === 0 && left.push(key))
  const [status, response] = await outcome(channel.join())
  if (status !== 'ok') throw new Error(`join of ${topic}: ${status} ${JSON.stringify(response)}`)
  const here = () => presence.list((key, { metas }) => `${key}:${metas.length}`).sort().join(' ')
  return { channel, socket, presence, here, left }
}

/** Waits until `who` sees exactly these, such as "ada:1 bob:2". */
export async function sees(who, expected, ms = 5000) {
  try {
    await until(() => who.here() === expected, expected, ms)
  } catch {
    throw new Error(`expected to see "${expected}" within ${ms} ms, but sees "${who.here()}"`)
  }
}
