// What ./dev bench measures: each row is a claim about what the server costs, and a way to find out.
import { certificate } from '../certificate.mjs'
import { allCores, bench, inProcess, kinds, lastCore, start } from './servers.mjs'

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const number = (value) => value.toLocaleString('en')

/** Both in turns, A B A B: a ratio is of two neighbours. New processes for each run if `fresh`. */
async function inTurns({ base, ours }, { runs, fresh = false }, once) {
  const found = { base: [], ours: [] }
  const started = {}
  try {
    for (let i = 0; i < runs; i++) {
      for (const [side, kind] of Object.entries({ base, ours })) {
        const server = fresh ? await start(kind) : (started[side] ??= await start(kind))
        found[side].push(await once(server, side))
        if (fresh) await server.stop()
      }
    }
  } finally {
    for (const server of Object.values(started)) await server.stop()
  }
  return found
}

/** A row that compares CPU time; `most` is what the ratio may be. */
function ratio({ name, base, most, args, options = {}, fresh, ours = 'roost', urls }) {
  return {
    name,
    unit: 'µs',
    most: `${most} × ${base}`,
    async measure(context) {
      const sides = { base: context.against ?? kinds[base], ours: kinds[ours] }
      const found = await inTurns(sides, { runs: context.runs, fresh }, async (server, side) => {
        const url = urls ? server.base + urls[side] : server.url
        const extra = side === 'ours' && urls ? ['--compress'] : []
        return (await bench(server, [...args(context), ...extra], { ...options, url })).server_cpu_us
      })
      const ratios = found.ours.map((us, i) => us / found.base[i])
      return {
        base: median(found.base),
        ours: median(found.ours),
        ratio: median(ratios),
        range: [Math.min(...ratios), Math.max(...ratios)],
        holds: median(ratios) <= most,
      }
    },
  }
}

/** A row with a bar of its own. `once` gives one value, `runs` times at most. */
function value({ name, unit, most, once, runs }) {
  return {
    name,
    unit,
    most: most === undefined ? '' : number(most),
    async measure(context) {
      const values = []
      for (let i = 0; i < Math.min(runs, context.runs); i++) values.push(await once(context))
      const ours = median(values)
      return { ours, range: [Math.min(...values), Math.max(...values)], holds: most === undefined || ours <= most }
    },
  }
}

/** One new server, one run of the load generator. */
async function onNewServer(kind, args, options, read) {
  const server = await start(kinds[kind])
  try {
    return read(await bench(server, args, options))
  } finally {
    await server.stop()
  }
}

const times = ({ seconds }) => ['-d', seconds, '--warmup', seconds / 5]

function fanouts() {
  const rows = []
  for (const [subscribers, bytes] of [[1000, 64], [1000, 1000], [10000, 64]]) {
    for (const window of [1, 16, 64]) {
      rows.push(
        ratio({
          name: `fan-out, ${number(subscribers)} subscribers, ${bytes === 64 ? '64 B' : '1 kB'}, window ${window}`,
          base: window === 1 ? 'floor' : 'coalescing floor',
          most: window === 1 ? 1.1 : 1.35,
          args: (context) => ['fanout', '-c', subscribers, '-b', bytes, '-w', window, ...times(context)],
        }),
      )
    }
  }
  return rows
}

function echoes() {
  return [[100, 1], [100, 16], [5000, 1], [5000, 16]].map(([connections, window]) =>
    ratio({
      name: `echo, ${number(connections)} connections, ${window} in flight`,
      base: 'floor',
      most: 1.2,
      args: (context) => ['echo', '-c', connections, '-w', window, ...times(context)],
    }),
  )
}

function memory() {
  const presence = ['--topic', 'presence:{topic}', '--topics', 100, '--join-payload', '{"key":"u{client}"}', '--hold', 2]
  const idle = (args) => onNewServer('roost', ['connect', '-c', 10000, ...args], {}, (report) => report.server_bytes_a_connection)
  const withTls = async () => {
    const files = certificate()
    const server = await start({ ...kinds.roost, args: [...kinds.roost.args, ...files.flags] })
    try {
      const report = await bench(server, ['connect', '-c', 2000, '--hold', 2], { url: server.url.replace(/^ws:/, 'wss:') })
      return report.server_bytes_a_connection
    } finally {
      await server.stop()
      files.remove()
    }
  }
  return [
    value({ name: 'memory of an idle joined connection, user space', unit: 'B', most: 1000, once: () => idle([]), runs: 3 }),
    value({ name: 'the same with TLS', unit: 'B', most: 12000, once: withTls, runs: 3 }),
    value({ name: 'the same with a tracked presence', unit: 'B', most: 1800, once: () => idle(presence), runs: 3 }),
  ]
}

/** With cores of their own for server and client, as far as there are any. */
function latencies() {
  const apart = { cores: lastCore, serverCores: '0' }
  return ['floor', 'roost'].map((kind) =>
    value({
      name: `p99 of fan-out to 10,000 at 20 messages/s, ${kind}`,
      unit: 'ms',
      runs: 3,
      once: ({ seconds }) =>
        onNewServer(kind, ['fanout', '-c', 10000, '-r', 20, '-d', seconds * 2], apart, (report) => report.latency_us.p99 / 1000),
    }),
  )
}

function shards() {
  return [1, 16].map((window) =>
    ratio({
      name: `2 shards, fan-out to 1,000, 64 B, window ${window}`,
      base: 'roost',
      ours: 'roost, 2 shards',
      most: 1.15,
      options: { cores: allCores },
      args: (context) => ['fanout', '-c', 1000, '-w', window, ...times(context)],
    }),
  )
}

function compression() {
  return [[64, 1], [1000, 16]].map(([bytes, window]) =>
    ratio({
      name: `permessage-deflate, fan-out to 1,000, ${bytes === 64 ? '64 B' : '1 kB'}, window ${window}`,
      base: 'roost',
      most: 1.3,
      urls: { base: '/socket', ours: '/socket_compress' },
      args: (context) => ['fanout', '-c', 1000, '-b', bytes, '-w', window, ...times(context)],
    }),
  )
}

function large() {
  const args = ['fanout', '--binary', '-b', 1_000_000, '-c', 1000, '-w', 1, '-d', 1, '--warmup', 0, '--patience', 60]
  return [
    value({
      name: '1 MB of bytes to 1,000: growth of the server',
      unit: 'MB',
      most: 64,
      runs: 1,
      once: () => onNewServer('roost', args, { cores: allCores }, (report) => report.server_peak_growth_bytes / 1e6),
    }),
  ]
}

/** Runs of an in-process load, made once and shared by its rows. */
const inProcessRuns = new Map()
function inProcessLoad(load, { runs }) {
  const once = async () => {
    const reports = []
    for (let i = 0; i < Math.min(runs, 3); i++) reports.push(await inProcess(load))
    return reports
  }
  if (!inProcessRuns.has(load)) inProcessRuns.set(load, once())
  return inProcessRuns.get(load)
}

function withoutSockets() {
  const row = (name, unit, most, load, read) => ({
    name,
    unit,
    most: number(most),
    async measure(context) {
      const values = (await inProcessLoad(load, context)).map(read)
      return { ours: median(values), range: [Math.min(...values), Math.max(...values)], holds: median(values) <= most }
    },
  })
  return [
    row('100,000 topics × 10 sessions: a delivery, against one topic', '×', 1.5, 'topics', (report) => report.sessions.ratio),
    row('memory of a (topic, subscriber)', 'B', 150, 'topics', (report) => report.subscribers.bytes),
    row('1,000,000 joined sockets in a process: heap', 'MiB', 2048, 'sockets', (report) => report.heap_mib),
    row('the same: a join, against one of the first 10,000', '×', 1.3, 'sockets', (report) => report.ratio),
  ]
}

export function allRows() {
  const connect = ratio({
    name: 'connect + join, 10,000',
    base: 'floor',
    most: 1.6,
    fresh: true,
    args: () => ['connect', '-c', 10000],
  })
  return [
    ...fanouts(),
    ...echoes(),
    connect,
    ...memory(),
    ...shards(),
    ...compression(),
    ...large(),
    ...withoutSockets(),
    ...latencies(),
  ]
}
