#!/usr/bin/env node
// Runs test/conformance against a contract server that it starts, and compares with test/conformance-expected.txt.
//   node tools/conformance.mjs [--server PATH] [--shards N] [--grep REGEX] [--jobs N]
// A case passes if it does what is expected of it. It fails if it fails and that is not expected, and if it passes though a failure
// is expected; so does a line of the list that fits no case. COMPAT_REPORTS=FOLDER: leaves there what the compatibility page is made of.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { report as tell } from '../test/compat/lib/report.mjs'
import { contractServer, root } from './server.mjs'

const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    shards: { type: 'string', default: '1' },
    grep: { type: 'string' },
    jobs: { type: 'string', default: '6' },
  },
})

/** Lines `NAME -- REASON`; NAME is the whole name of a case, or a regular expression between slashes. */
function expectedFailures() {
  const lines = readFileSync(join(root, 'test/conformance-expected.txt'), 'utf8').split('\n')
  return lines
    .filter((line) => line.trim() && !line.startsWith('#'))
    .map((line) => {
      const [, name, reason] = /^(.*?)\s+-- (.+)$/.exec(line) ?? []
      if (!name) throw new Error(`no reason is given: ${line}`)
      const pattern = /^\/(.*)\/$/.exec(name)
      const fits = pattern ? (text) => new RegExp(pattern[1]).test(text) : (text) => text === name
      return { name, reason, fits }
    })
}

/** The suite's JSON report. */
async function runSuite(base) {
  const args = ['run.mjs', '--base', base, '--json', '--jobs', values.jobs]
  if (values.grep) args.push('--grep', values.grep)
  const suite = spawn(process.execPath, args, { cwd: join(root, 'test/conformance'), stdio: ['ignore', 'pipe', 'inherit'] })
  const parts = []
  for await (const part of suite.stdout) parts.push(part)
  const text = Buffer.concat(parts).toString()
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`the suite printed no report: ${text.slice(0, 2000)}`)
  }
}

/** Prints one line for each case; gives {passed, failed}. */
function judge(results, expected) {
  let failed = 0
  let foreseen = 0
  const bad = (text, detail) => {
    failed++
    console.log(`not ok  ${text}`)
    if (detail) console.log(detail.split('\n').slice(0, 20).map((line) => `        ${line}`).join('\n'))
  }
  for (const { name, ok, error, notes } of results) {
    const known = expected.find((entry) => entry.fits(name))
    if (known) known.used = true
    if (ok && known) bad(`${name}: passes, though a failure is expected (${known.reason})`)
    else if (!ok && !known) bad(name, error)
    else if (known) {
      foreseen++
      console.log(`ok      ${name}: fails as expected (${known.reason})`)
    } else console.log(`ok      ${name}${notes.length ? ` # ${notes.join('; ')}` : ''}`)
  }
  const unused = values.grep ? [] : expected.filter((entry) => !entry.used)
  for (const { name } of unused) bad(`test/conformance-expected.txt: no case is called ${name}`)
  const passed = results.length + unused.length - failed
  console.log(`${foreseen} of the cases fail as expected`)
  return { passed, failed }
}

const expected = expectedFailures()
const server = await contractServer({ shards: Number(values.shards), path: values.server, ms: 60000 })
let report = { results: [] }
let ends
try {
  report = await runSuite(server.base)
} finally {
  ends = server.ended ? 'during the run' : 'when it was stopped'
  const { code, signal } = await server.stop()
  if (server.output.trim()) console.log(`the server said:\n${server.output}`)
  if (code === 0 && ends === 'when it was stopped') ends = undefined
  else console.log(`not ok  the server ended with ${signal ?? `status ${code}`} ${ends}`)
}
tell(`conformance-${values.shards}`, report)
const { passed, failed } = judge(report.results, expected)
const wrong = failed + (ends ? 1 : 0) + (report.results.length ? 0 : 1)
console.log(`${passed} passed, ${wrong} failed`)
process.exit(wrong ? 1 : 0)
