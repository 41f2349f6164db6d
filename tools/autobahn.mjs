#!/usr/bin/env node
// Runs the Autobahn fuzzing client against the echo socket of a contract server that it starts, on 1 and on 4 shards.
//   node tools/autobahn.mjs [--server PATH] [--wstest COMMAND] [--cases GLOB]
// COMMAND: the suite's program, in a container or not, that takes wstest's options and reaches the loopback interface of this machine; it runs
// in build/autobahn, where its reports (index.html) stay. GLOB: such as `12.*`; all 517 cases by default. A case passes if the suite finds what we
// did and how the connection was closed OK, NON-STRICT or INFORMATIONAL.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { contractServer, root } from './server.mjs'

const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    wstest: { type: 'string', default: 'wstest' },
    cases: { type: 'string', default: '*' },
  },
})
const folder = join(root, 'build/autobahn')
const fine = ['OK', 'NON-STRICT', 'INFORMATIONAL']

/** What the suite found of a server at `base`: { '1.1.1': { behavior, behaviorClose, … }, … }. */
function play(base, agent) {
  const reports = join(folder, agent)
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const url = `${base.replace('http:', 'ws:')}/echo/websocket`
  writeFileSync(join(folder, `${agent}.json`), JSON.stringify({ outdir: agent, servers: [{ agent, url }], cases: [values.cases] }))
  const [program, ...words] = values.wstest.split(' ')
  const { error, status } = spawnSync(program, [...words, '-m', 'fuzzingclient', '-s', `${agent}.json`], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  if (error?.code === 'ENOENT') {
    throw new Error(`there is no program ${program}: install the Autobahn testsuite (github.com/crossbario/autobahn-testsuite), or name it with --wstest`)
  }
  if (error) throw error
  if (status !== 0) throw new Error(`${program} ended with status ${status}`)
  return JSON.parse(readFileSync(join(reports, 'index.json'), 'utf8'))[agent] ?? {}
}

/** Prints how often each verdict was given, and each case that fails; gives how many {passed, failed}. */
function judge(agent, found) {
  const verdicts = new Map()
  let failed = 0
  for (const [id, { behavior, behaviorClose }] of Object.entries(found)) {
    verdicts.set(behavior, (verdicts.get(behavior) ?? 0) + 1)
    if (fine.includes(behavior) && fine.includes(behaviorClose)) continue
    failed++
    console.log(`not ok  ${agent} ${id}: ${behavior}, closing: ${behaviorClose}`)
  }
  const counted = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')
  console.log(`${agent}: ${counted || 'no case was run'}`)
  return { passed: Object.keys(found).length - failed, failed: failed || (verdicts.size ? 0 : 1) }
}

/** One run; gives how many {passed, failed}. A server that ends badly, or says something, has failed, too. */
async function run(shards) {
  const agent = `shards-${shards}`
  const server = await contractServer({ shards, path: values.server, ms: 60000 })
  let result = { passed: 0, failed: 0 }
  let ended
  try {
    result = judge(agent, play(server.base, agent))
  } finally {
    ended = await server.stop()
  }
  if (ended.code === 0 && !server.output.trim()) return result
  console.log(`not ok  ${agent}: the server ended with ${ended.signal ?? `status ${ended.code}`} and said:\n${server.output}`)
  return { ...result, failed: result.failed + 1 }
}

const sum = { passed: 0, failed: 0 }
try {
  for (const shards of [1, 4]) {
    const { passed, failed } = await run(shards)
    sum.passed += passed
    sum.failed += failed
  }
} catch (error) {
  console.error(error.message)
  sum.failed++
}
console.log(`${sum.passed} passed, ${sum.failed} failed`)
process.exit(sum.failed ? 1 : 0)
