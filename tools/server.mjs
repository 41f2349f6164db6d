// Starts and stops the built servers for tests.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, readdirSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** A port of the loopback interface that is free now; below 32768, where the system takes the ports of its own connections from. */
export async function freePort() {
  for (;;) {
    const port = 20000 + Math.floor(Math.random() * 12000)
    const probe = net.createServer()
    try {
      await new Promise((resolve, reject) => probe.once('error', reject).listen(port, '127.0.0.1', resolve))
    } catch {
      continue
    }
    await new Promise((resolve) => probe.close(resolve))
    return port
  }
}

/** The path of an executable in build/PRESET; the environment may name another one: CONTRACT_SERVER, ROOST_DEMO. */
export function binary(name, preset = 'release') {
  const named = process.env[name.toUpperCase().replaceAll('-', '_')]
  if (named) return named
  const found = find(join(root, 'build', preset), name)
  if (!found) throw new Error(`${name} is not in build/${preset}: build it first`)
  return found
}

function find(folder, name) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== 'CMakeFiles') {
      const found = find(path, name)
      if (found) return found
    } else if (entry.isFile() && entry.name === name && executable(path)) return path
  }
  return undefined
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** GET; gives {status, headers, body}. Over https any certificate will do: those of tests sign themselves. */
export function get(base, path, headers = {}) {
  return new Promise((resolve, reject) => {
    const { get } = base.startsWith('https:') ? https : http
    const request = get(base + path, { headers, agent: false, timeout: 5000, rejectUnauthorized: false }, (response) => {
      const parts = []
      response.on('data', (part) => parts.push(part))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }))
      response.on('error', reject)
    })
    request.on('timeout', () => request.destroy(new Error(`GET ${path}: no answer within 5 s`)))
    request.on('error', reject)
  })
}

/** One server process on a port that it keeps over stop and start. */
export class Server {
  /**
   * `ready`: a path that answers 200 when the server is up. `cwd`: where it runs. `tls`: whether it speaks that. `host`:
   * where `args` have it listen. `through`: a command that becomes it, such as nsenter.
   */
  constructor({ path, args = [], port, ready, cwd = root, env = {}, tls = false, host = '127.0.0.1', through = [] }) {
    Object.assign(this, { path, args, port, ready, cwd, env, through })
    this.base = `${tls ? 'https' : 'http'}://${host}:${port}`
    this.output = ''
    this.process = null
  }

  async start(ms = 20000) {
    const [program, ...args] = [...this.through, this.path, '--port', `${this.port}`, ...this.args]
    this.process = spawn(program, args, {
      cwd: this.cwd,
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on('data', (text) => (this.output = (this.output + text).slice(-100000)))
    }
    const started = this.process
    started.once('error', (error) => (this.output += String(error)))
    const deadline = Date.now() + ms
    for (;;) {
      const answer = await get(this.base, this.ready).catch(() => undefined)
      if (answer?.status === 200) return this
      if (this.ended || Date.now() > deadline) {
        await this.stop('SIGKILL')
        throw new Error(`${this.path} does not answer GET ${this.ready} on port ${this.port}:\n${this.output}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  }

  get ended() {
    const child = this.process
    return !child || child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  }

  /** Sends the signal and waits for the end: {code, signal}. Killed if it takes longer than `ms`. */
  async stop(signal = 'SIGTERM', ms = 10000) {
    const child = this.process
    if (!this.ended) {
      const ended = once(child, 'exit')
      const timer = setTimeout(() => child.kill('SIGKILL'), ms)
      child.kill(signal)
      await ended
      clearTimeout(timer)
    }
    return { code: child?.exitCode ?? null, signal: child?.signalCode ?? null }
  }
}

/** The contract server, started; `args`: more of its flags. */
export async function contractServer({ shards = 1, args = [], port, path, ms, tls } = {}) {
  const server = new Server({
    path: path ?? binary('contract_server'),
    args: ['--shards', `${shards}`, '--log-level', 'error', ...args],
    port: port ?? (await freePort()),
    ready: '/api/health',
    tls,
  })
  return server.start(ms)
}
