#!/usr/bin/env node
// Measures the server against the floor (bench/floor), prints what must hold and what was found, and writes docs/performance.md.
//   ./dev bench [--quick] [--only REGEX] [--runs N] [--against PATH] [--peers] [--all] [--uwebsockets DIR]
// --quick takes two minutes, one run of each. --only: rows whose name fits. --against: another build of contract_server in the floor's
// place. --peers: other servers instead of the table (bench/peers). --all: both. --uwebsockets: a checkout of it, which is then
// measured beside the rows that are bounded by it. With none of the others, or --all, the page is written.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { headings, machine, page } from './bench/page.mjs'
import { comparePeers } from './bench/peers.mjs'
import { allRows } from './bench/rows.mjs'
import { uwebsockets } from './bench/uwebsockets.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    runs: { type: 'string' },
    against: { type: 'string' },
    peers: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    uwebsockets: { type: 'string' },
  },
})
const context = {
  runs: Number(values.runs ?? (values.quick ? 1 : 5)),
  seconds: values.quick ? 0.8 : 2,
  uwebsockets: values.uwebsockets && uwebsockets(values.uwebsockets),
  against: values.against && { path: values.against, args: ['--shards', '1', '--log-level', 'error'] },
}

const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(value < 1 ? 3 : 2))

function cells(row, { base, ours, peer, ratio, range, most = row.most, holds }) {
  return [
    row.name,
    base === undefined ? '' : digits(base),
    `${digits(ours)} ${row.unit}`.trim(),
    ...(context.uwebsockets ? [peer === undefined ? '' : digits(peer)] : []),
    ratio === undefined ? '' : ratio.toFixed(2),
    range.map((end) => (ratio === undefined ? digits(end) : end.toFixed(2))).join('-'),
    most,
    most === '' ? '' : holds === undefined ? 'not measured' : holds ? 'holds' : 'falls short',
  ]
}

const widths = [74, 8, 12, ...(context.uwebsockets ? [12] : []), 7, 14, context.uwebsockets ? 50 : 24, 13]
const toLine = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('')

const toPeerLine = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(46) : cell.padStart(16))).join('')

for (const [name, value] of machine()) console.log(`${name}: ${value}`)
let peers
if (values.peers || values.all) peers = await comparePeers(context, (row) => console.log(toPeerLine(row)))

const wanted = new RegExp(values.only ?? '')
const rows = []
if (!values.peers || values.all) {
  console.log(toLine(headings(context)))
  for (const row of allRows().filter(({ name }) => wanted.test(name))) {
    rows.push(cells(row, await row.measure(context)))
    console.log(toLine(rows.at(-1)))
  }
  const short = rows.filter((row) => row.at(-1) === 'falls short').length
  console.log(short === 0 ? `all ${rows.length} hold` : `${short} of ${rows.length} fall short`)
}
if (values.all || !(values.quick || values.only || values.against || values.peers)) {
  writeFileSync('docs/performance.md', page({ rows, peers, ...context }))
  console.log('docs/performance.md is written')
}
