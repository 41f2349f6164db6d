// What ./dev bench measures: each row is a claim about what the server costs, and a way to find out.
import { certificate } from '../certificate.mjs'
import { allCores, bench, inProcess, kinds, lastCore, start } from './servers.mjs'

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const number = (value) => value.toLocaleString('en')

/** All sides in turns, A B A B: a ratio is of neighbours. New processes for each run if `fresh`. */
async function inTurns(sides, { runs, fresh = false }, once) {
  const found = Object.fromEntries(Object.keys(sides).map((side) => [side, []]))
  const started = {}
  try {
    for (let i = 0; i < runs; i++) {
      for (const [side, kind] of Object.entries(sides)) {
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

/** What neighbours of two sides are to each other, run by run. */
const ratios = (found, side) => found.ours.map((value, i) => value / found[side][i])

/** How uWebSockets bounds a row that it was measured for; `bar`: 'below' or 'not above'. */
const keeps = (bar, ratio) => (bar === 'below' ? ratio < 1 : ratio <= 1)

/** A row that compares CPU time; `most` is what the ratio may be, if there is a bar. `peer`: its bar against uWebSockets, where that is given. */
function ratio({ name, base, most, args, options = {}, fresh, ours = 'roost', urls, peer }) {
  return {
    name,
    unit: 'µs',
    async measure(context) {
      const beside = peer && context.uwebsockets
      const sides = { base: context.against ?? kinds[base], ours: kinds[ours], ...(beside && { peer: context.uwebsockets.kind }) }
      const found = await inTurns(sides, { runs: context.runs, fresh }, async (server, side) => {
        const url = urls ? server.base + urls[side] : server.url
        const extra = side === 'ours' && urls ? ['--compress'] : []
        return (await bench(server, [...args(context), ...extra], { ...options, url })).server_cpu_us
      })
      const all = ratios(found, 'base')
      return {
        base: median(found.base),
        ours: median(found.ours),
        peer: beside && median(found.peer),
        ratio: median(all),
        range: [Math.min(...all), Math.max(...all)],
        most: most === undefined ? '' : `${most} × ${base}${beside ? `, ${peer} uWebSockets` : ''}`,
        holds: (most === undefined || median(all) <= most) && (!beside || keeps(peer, median(ratios(found, 'peer')))),
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
          peer: window === 1 ? undefined : 'below',
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
      fresh: true,
      peer: 'not above',
      args: (context) => ['echo', '-c', connections, '-w', window, ...times(context)],
    }),
  )
}

/** What of an echo is decoding alone. */
function decodings() {
  return [1, 16].map((window) =>
    ratio({
      name: `the floor with messages decoded, echo, 100 connections, ${window} in flight`,
      base: 'floor',
      ours: 'decoding floor',
      fresh: true,
      args: (context) => ['echo', '-c', 100, '-w', window, ...times(context)],
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
const apart = { cores: lastCore, serverCores: '0' }

function latencies() {
  return [
    {
      name: 'p99 of fan-out to 10,000 at 20 messages/s',
      unit: 'ms',
      async measure(context) {
        const beside = context.uwebsockets
        const sides = { base: kinds.floor, ours: kinds.roost, ...(beside && { peer: beside.kind }) }
        const args = ['fanout', '-c', 10000, '-r', 20, '-d', context.seconds * 2]
        const runs = Math.min(context.runs, 3)
        const found = await inTurns(sides, { runs, fresh: true }, async (server) => (await bench(server, args, apart)).latency_us.p99 / 1000)
        return {
          base: median(found.base),
          ours: median(found.ours),
          peer: beside && median(found.peer),
          ratio: median(ratios(found, 'base')),
          range: [Math.min(...ratios(found, 'base')), Math.max(...ratios(found, 'base'))],
          most: 'not above uWebSockets',
          holds: beside ? keeps('not above', median(ratios(found, 'peer'))) : undefined,
        }
      },
    },
  ]
}

/** Runs of one storm of presences, diffs gathered and one by one; made once and shared by its rows. */
const storms = new Map()
function storm(name, args, { runs }, most = 3) {
  const once = async () => {
    const comes = args.includes('--over') // and then most of the CPU time is for connections
    const sides = { base: kinds['roost, one by one'], ours: kinds.roost, ...(comes && { alone: kinds.roost }) }
    const all = ['presence', ...args, '--patience', 60] // one by one, a client may have to wait for its state
    const mount = args.includes('--compress') ? '/socket_compress' : '/bench'
    return inTurns(sides, { runs: Math.min(runs, most), fresh: true }, (server, side) => {
      const alone = side === 'alone' ? ['--topics', args[1] / 2] : [] // in topics of two nothing is left but that
      return bench(server, [...all, ...alone], { ...apart, url: server.base + mount })
    })
  }
  if (!storms.has(name)) storms.set(name, once())
  return storms.get(name)
}

/** What is measured of a storm: the frames that a client gets, their bytes, the server's CPU, and when all agree. */
function rowsOfStorm(name, args, runs) {
  const read = async (context, what) => {
    const found = await storm(name, args, context, runs)
    const each = (report, i) => what(report, found.alone?.[i])
    return { base: found.base.map(each), ours: found.ours.map(each) }
  }
  const row = (about, unit, most, what) => ({
    name: `${name}: ${about}`,
    unit,
    async measure(context) {
      const found = await read(context, what)
      const all = ratios(found, 'base')
      const [base, ours] = [median(found.base), median(found.ours)]
      const relative = typeof most === 'object'
      return {
        base,
        ours,
        ratio: median(all),
        range: [Math.min(...all), Math.max(...all)],
        most: relative ? `${most.ratio} × one by one` : (most?.toString() ?? ''),
        holds: relative ? median(all) <= most.ratio : most === undefined || ours <= most,
      }
    },
  })
  return [
    row('diff frames of a client', '', undefined, (report) => report.diff_frames_a_client),
    row('the same, in its busiest second', '', 10, (report) => report.diff_frames_in_the_busiest_second),
    row('bytes of diffs of a client', 'kB', { ratio: 0.2 }, (report) => report.diff_bytes_a_client / 1000),
    row('CPU of the server', 's', { ratio: 0.1 }, (report) => report.server_cpu_s),
    ...(args.includes('--over')
      ? [row('the same, less what connecting takes', 's', undefined, (report, alone) => report.server_cpu_s - alone.server_cpu_s)]
      : []),
    row('all agree, after the last change', 's', undefined, (report) => report.all_agree_after_the_last_s),
  ]
}

/** Phoenix 1.8 needed 1.93 s of CPU for the same, and 387 kB a connection: a twentieth, and 10 kB. */
function storms500() {
  const once = (context) => storm('500', ['-c', 500, '--over', 0], context)
  const row = (name, unit, most, what) => ({
    name: `500 join one presence topic at once: ${name}`,
    unit,
    async measure(context) {
      const { base, ours } = await once(context)
      const values = ours.map(what)
      return {
        base: median(base.map(what)),
        ours: median(values),
        range: [Math.min(...values), Math.max(...values)],
        most: number(most),
        holds: median(values) <= most,
      }
    },
  })
  return [
    row('CPU of the server', 'ms', 96.5, (report) => report.server_cpu_s * 1000),
    row('memory of a connection', 'B', 10000, (report) => report.server_bytes_a_connection),
  ]
}

const presences = () => [
  ...rowsOfStorm('5,000 join one presence topic over 10 s', ['-c', 5000, '--over', 10], 1), // a minute
  ...rowsOfStorm('5,000 join one presence topic over 10 s, compressed', ['-c', 5000, '--over', 10, '--compress'], 1),
  ...rowsOfStorm('1,000 present, metas updated at 1 Hz', ['-c', 1000, '--updates-per-second', 1, '-d', 4]),
  ...rowsOfStorm('1,000 present, metas updated at 1 Hz, compressed', ['-c', 1000, '--updates-per-second', 1, '-d', 4, '--compress'], 1),
  ...storms500(),
]

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
    ...decodings(),
    connect,
    ...memory(),
    ...shards(),
    ...compression(),
    ...large(),
    ...withoutSockets(),
    ...latencies(),
    ...presences(),
  ]
}
