// docs/performance.md: the table, and what it was made with.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

const line = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0].trim()

function commit() {
  const dirty = execFileSync('git', ['-c', 'safe.directory=*', 'status', '--porcelain', '-uno'], { encoding: 'utf8' }).trim() !== ''
  return line('git', '-c', 'safe.directory=*', 'log', '-1', '--format=%h, %cs') + (dirty ? ', with changes' : '')
}

export function machine() {
  const [cpu] = cpus()
  const system = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux'
  return [
    ['machine', `${cpu.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['system', `${system}, Linux ${release()}, ${line('g++', '--version')}`],
    ['commit', commit()],
    ['measured', new Date().toISOString().slice(0, 10)],
  ]
}

export const headings = ({ uwebsockets }) => ['', 'floor', 'here', ...(uwebsockets ? ['uWebSockets'] : []), 'ratio', 'range', 'at most', '']

const table = (headings, rows) =>
  [headings, headings.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

/** What a profile says of rows that fall short: [which rows, by name and bar, why]. */
const reasons = [
  [/^echo, .* 16 in flight/,
    'With sixteen in flight a system call is shared by sixteen messages, and the floor needs some 0.04 µs of user time for each. The ' +
    'floor with nothing but our codec in it (the rows of decoding) has used up most of the bar; simdjson 3.0 in its place, measured by ' +
    'hand, was no better (1.17 where ours was 1.16). Some 0.01 µs, fifty cycles, would be left for frames of any kind, limits, finding ' +
    'the channel and the handler, calling code of the application, and the memory of its answer. By themselves these take 0.04 µs ' +
    '(`micro_bench echo`: 0.089, of which decoding is 0.05), and among system calls, whose code is in the way, nearly twice that; by perf a third of ' +
    'the time is ours, and the kernel takes what it takes for the floor. Tried: 11 % fewer instructions took 2 % off; all sends of a turn in one ' +
    'io_uring_enter took 3 %, which is not worth a second way to send; replies written straight into the memory that is sent, link-time ' +
    'optimization and -O2 nothing. What would lift it: an answer that is a view of what it answers, without memory of its own, and a number ' +
    'in place of a topic\'s name, which the protocol does not have.'],
  [/^p99 .*uWebSockets$/,
    'The two are alike: which of them is ahead changes from run to run, which are further apart.'],
  [/^(fan-out|echo), .*uWebSockets$/,
    'Where uWebSockets is the bar that is missed: it was given text that it splits at commas, and neither parses nor validates it. The floor ' +
    'that decodes (the rows of decoding) does not reach it, either.'],
  [/bytes of diffs/,
    'A key, its meta and its phx_ref are most of a diff: 63 of 125 bytes for a join. Gathered, each still has to be told to everybody ' +
    'once, in the form that every Phoenix client reads; only what is around it is saved. Compression (WebSocketOptions::compress) saves ' +
    'nine tenths of the rest, which is why it has rows of its own.'],
  [/over 10 s.*: CPU of the server/,
    'Most of what is left is for 5,000 connections that come one by one, 0.13 ms for each with its handshake and its join, which is in ' +
    'both sides. Of the rest, half is sending some seven frames to each, and half the bytes of diffs and states.'],
  [/1 Hz.*: CPU of the server/,
    'One by one is cheap here, some 0.3 µs a frame, since all frames of a turn of the loop leave in one send; Phoenix takes 9 µs ' +
    'a frame. Half of what is left is for 1,000 connections and for 4,000 pushes with their replies, which are in both sides; the rest ' +
    'is sending.'],
  [/with TLS/, 'OpenSSL 3.0 keeps 13.6 kB for a connection after the handshake (docs/decisions/0012).'],
]

function shortcomings(rows) {
  const short = rows.filter((row) => row.at(-1) === 'falls short').map((row) => [row[0], `${row[0]} ${row.at(-2)}`])
  const told = reasons.map(([which, why]) => [short.filter(([, text]) => which.test(text)).map(([name]) => name), why])
  const lines = told.filter(([names]) => names.length > 0).map(([names, why]) => `- *${names.join('; ')}*: ${why}`)
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`
}

/** The section about other servers. */
const besides = ({ headings, rows }) => `
## Beside others

The same load generator, the same loads, one core, each server as its documentation would have it (\`bench/peers\`, which says
how to measure Phoenix and uWebSockets, too). \`./dev bench --peers\`

${table(headings, rows)}
`

/** Whether uWebSockets was there. */
const beside = (uwebsockets) =>
  uwebsockets
    ? `\n- uWebSockets ${uwebsockets.version}, in turns with both where a row is bounded by it`
    : '\n- uWebSockets was not given (`--uwebsockets DIR`, bench/peers): what is bounded by it was not measured'

export function page({ rows, peers, runs, seconds, uwebsockets }) {
  const short = rows.filter((row) => row.at(-1) === 'falls short').length
  return `# Performance

What Roost costs, measured against the floor: an epoll loop of some 400 lines (\`bench/floor\`) that does nothing but this
load, without checks, limits or counters. \`./dev bench\` makes this page anew; the rows that fall short stay in it.

${machine().map(([name, value]) => `- ${name}: ${value}`).join('\n')}
- medians of ${runs} runs of ${seconds} s, floor and server in turns, the ratio of neighbours${beside(uwebsockets)}

${short === 0 ? 'All bars hold.' : `${short} of ${rows.length} rows fall short.`}

${table(headings({ uwebsockets }), rows)}
${shortcomings(rows)}${peers ? besides(peers) : ''}

## How to read it

- µs are CPU time of the server, user and system, for each delivery, round trip or connection: perf's task-clock, read by the
  load generator (\`roost bench --pid\`). The times in \`/proc/PID/stat\` are sampled, and miss a third of threads that stay in
  the kernel.
- Server and load generator share one core, except where a row needs more: then neither waits for the other's caches, and a
  run repeats within a tenth. Absolute times drift from machine to machine by a factor of two; ratios hold.
- Fan-out by window n: the publisher, one of the subscribers, sends n messages, and the next n when every subscriber has all of
  them. With window 1 the floor makes one \`send\` for each message and subscriber; with more, the frames that came in one
  turn of its loop leave in one.
- The server is that of the conformance suite (\`test/contract\`) with everything on that a user has on: validation of the
  whole JSON, limits, metrics, outbox budgets, presence.
- Every delivery is checked: gaps, repeats, order, content. A run with a fault counts as failed, not as fast.
- Memory is what the server's private memory (RssAnon) grew by for each of 10,000 connections.
- p99 is of an open loop: the time of a message runs from when it was due, not from when it was sent.
- Presences: in the floor's place is the same server with diffs sent one by one, as Phoenix does it. Every client keeps its whole
  roster, and a run ends when all rosters equal the truth (docs/guide/load.md). The 5,000 come once. The bars of the 500 are a twentieth of the 1.93 s
  that Phoenix 1.8 took for the same, and 10 kB where it took 387.

## What each piece costs

\`build/release/bench/micro_bench\` has codec, envelope scan, dispatch, outbox and CRDT by themselves.
`
}
