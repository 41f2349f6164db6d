// The programs that ./dev bench measures, and the load generator that measures them.
import { execFile, spawn } from 'node:child_process'
import { cpus } from 'node:os'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { binary, freePort } from '../server.mjs'

const run = promisify(execFile)
// The contract server tells each change of a presence; what is measured is what an application has unless it says otherwise.
const contract = (...args) => ({ path: binary('contract_server'), args: ['--log-level', 'error', '--presence-diff-frames-per-second', '10', ...args] })

/** How each is started. */
export const kinds = {
  floor: { path: binary('floor'), args: [] },
  'decoding floor': { path: binary('decoding_floor'), args: [] },
  'coalescing floor': { path: binary('floor'), args: ['--coalesce'] },
  roost: contract('--shards', '1'),
  'roost, 2 shards': contract('--shards', '2'),
  'roost, one by one': { path: binary('contract_server'), args: ['--log-level', 'error', '--presence-diff-frames-per-second', '0', '--shards', '1'] },
}

export const allCores = cpus().map((_, core) => core).join(',')
export const lastCore = `${cpus().length - 1}`

function listens(port) {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1')
    probe.once('connect', () => resolve(Boolean(probe.destroy())))
    probe.once('error', () => resolve(false))
  })
}

/** Starts one on a port below the range that the system takes the ports of its own connections from. */
export async function start({ path, args, env = {} }, socketPath = '/bench') {
  const port = await freePort()
  const child = spawn(path, [...args, '--port', `${port}`], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } })
  for (let tries = 0; !(await listens(port)); tries++) {
    if (tries > 500 || child.exitCode !== null) throw new Error(`${path} does not listen on port ${port}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve()
      child.once('exit', resolve)
      child.kill('SIGKILL')
    })
  return { pid: child.pid, base: `ws://127.0.0.1:${port}`, url: `ws://127.0.0.1:${port}${socketPath}`, stop }
}

/** One run of `roost bench`; its report. `args`: the load and its options, without the URL. */
export async function bench(server, args, { cores = lastCore, serverCores = cores, url = server.url } = {}) {
  const [load, ...options] = args
  const all = ['bench', load, url, ...options, '--pid', server.pid, '--cores', cores, '--server-cores', serverCores, '--json']
  const { stdout, stderr } = await run(binary('roost'), all.map(String), { maxBuffer: 1 << 24 }).catch((error) => error)
  let report
  try {
    report = JSON.parse(stdout)
  } catch {
    throw new Error(`roost bench ${args.join(' ')}: ${stderr || stdout}`)
  }
  if (!report.good) throw new Error(`roost bench ${args.join(' ')}: ${stdout}`)
  return report
}

/** The line of JSON that `micro_bench LOAD` prints. */
export async function inProcess(load, ...args) {
  const { stdout } = await run('taskset', ['-c', lastCore, binary('micro_bench'), load, ...args])
  return JSON.parse(stdout)
}
