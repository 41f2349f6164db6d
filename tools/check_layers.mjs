#!/usr/bin/env node
// Arrows point downwards only: checks every #include of src/, include/, examples/ against the table below.
//   node tools/check_layers.mjs [--root DIR]      lists each arrow that points up; exit status 1 if there is one
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'

// What a folder of src/ may include, besides itself, base and <roost/...>.
const everything = ['token', 'http', 'ws', 'wire', 'presence', 'pubsub', 'net', 'channel', 'tracker', 'broker', 'agent', 'transport', 'server', 'testing']
const layers = {
  base: [],
  token: [],
  http: [],
  ws: [],
  wire: [],
  presence: [],
  pubsub: [],
  net: [],
  channel: ['wire', 'pubsub'],
  tracker: ['presence', 'pubsub', 'wire'],
  broker: ['net', 'pubsub'],
  agent: ['pubsub', 'wire'],
  transport: ['net', 'http', 'ws', 'channel', 'wire'],
  server: everything,
  testing: everything,
  bench: ['ws', 'wire', 'net'],
  cli: [...everything, 'bench'],
}

/** The folders that the file at `path` (from the root) may include, as a predicate; null: anything goes. */
function rule(path) {
  const [top, folder] = path.split('/')
  if (top === 'include' || top === 'examples') return () => false
  if (top !== 'src') return null
  const allowed = layers[folder]
  if (!allowed) return () => false
  const helpers = path.endsWith('_test.cc') || path.endsWith('_suite.h') || path.endsWith('_suite.cc')
  return (target) => target === folder || target === 'base' || allowed.includes(target) || (helpers && target === 'test')
}

/** The included paths that lead into this repository's own folders: [line, path]. */
function* includes(text) {
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const match = /^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)/.exec(line)
    if (!match) continue
    const path = match[1] ?? match[2]
    if (path.split('/').includes('..')) yield [index + 1, path, '..']
    const first = path.split('/')[0]
    if (path.includes('/') && (first in layers || first === 'test')) yield [index + 1, path, first]
  }
}

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== 'dist') yield* sources(path)
    } else if (/\.(cc|h|hpp)$/.test(entry.name)) yield path
  }
}

const { values } = parseArgs({ options: { root: { type: 'string', default: '.' } } })
let files = 0
let wrong = 0
for (const top of ['include', 'src', 'examples']) {
  let list = []
  try {
    list = [...sources(join(values.root, top))].sort()
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  for (const file of list) {
    const path = relative(values.root, file)
    const allowed = rule(path)
    files++
    for (const [line, target, folder] of includes(readFileSync(file, 'utf8'))) {
      if (allowed(folder)) continue
      wrong++
      console.log(`${path}:${line}: ${path.split('/').slice(0, -1).join('/')} may not include "${target}"`)
    }
  }
}
if (files === 0) {
  console.log(`no sources below ${values.root}`)
  process.exit(2)
}
console.log(`${files} files, ${wrong} arrows that point up`)
process.exit(wrong ? 1 : 0)
