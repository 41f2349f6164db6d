#!/usr/bin/env node
// Writes docs/compatibility.md out of what the suites reported; refuses when a report is missing or has a failure in it.
//   node tools/compat-page.mjs [--reports FOLDER] [--check]
// --check: writes nothing, and fails if the page states other clients, groups, rules or counts than the reports. Only how many random
// scripts were played may differ (test runs play fewer), and how many tests there are in test/client.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { factsFrom } from './compat/facts.mjs'
import { figuresOn, pageOf } from './compat/page.mjs'
import { root } from './server.mjs'

const { values } = parseArgs({ options: { reports: { type: 'string', default: join(root, 'build/compat') }, check: { type: 'boolean', default: false } } })
const path = join(root, 'docs/compatibility.md')

/** The lines in which two texts differ, as far as the first ten. */
function difference(stated, found) {
  const [a, b] = [stated, found].map((text) => text.split('\n'))
  const lines = [...a.filter((line) => !b.includes(line)).map((line) => `- ${line}`), ...b.filter((line) => !a.includes(line)).map((line) => `+ ${line}`)]
  return lines.slice(0, 10).join('\n')
}

function check(facts) {
  const stated = readFileSync(path, 'utf8')
  const found = pageOf({ ...facts, ...figuresOn(stated) })
  if (stated === found) return true
  console.error(`docs/compatibility.md is out of date; ./dev compat writes it anew:\n${difference(stated, found)}`)
  return false
}

try {
  const facts = factsFrom(values.reports)
  if (values.check) process.exit(check(facts) ? 0 : 1)
  writeFileSync(path, pageOf(facts))
  console.log(`docs/compatibility.md is made of ${facts.conformance} conformance cases and ${facts.clients.length} clients`)
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
