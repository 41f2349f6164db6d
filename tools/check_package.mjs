// What others get of @roost/react: packs it, lets publint and attw look at the tarball, weighs its entries, and compiles
// and tests the page of its README, made with the tarball in an empty folder.
// Needs the package built: npm run build -w @roost/react.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { pack, readmeApp } from './readme-app.mjs'

const folder = 'packages/react'
const tools = `${folder}/test/matrix/node_modules/.bin`

/** Bytes after gzip, minified, without phoenix and React: what a page pays for the core, and for the hooks on top. */
const core_bytes_max = 9_000
const hooks_bytes_max = 4_000

const problems = []

function run(name, command, args) {
  try {
    execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    problems.push(`${name}:\n${error.stdout}${error.stderr}`)
  }
}

async function bytesOf(entry) {
  const { outputFiles } = await build({
    entryPoints: [`${folder}/dist/${entry}`],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    external: ['phoenix', 'react', 'react/*'],
  })
  return gzipSync(outputFiles[0].contents, { level: 9 }).length
}

function limit(name, bytes, bytes_max) {
  console.log(`${name}: ${bytes} of ${bytes_max} bytes`)
  if (bytes > bytes_max) problems.push(`${name}: ${bytes} bytes after gzip; the limit is ${bytes_max}`)
}

async function weigh() {
  const core = await bytesOf('core/index.js')
  limit('core', core, core_bytes_max)
  limit('hooks', (await bytesOf('index.js')) - core, hooks_bytes_max)
}

const temporary = mkdtempSync(join(tmpdir(), 'roost-pack-'))
try {
  const tarball = pack(temporary)
  run('publint', `${tools}/publint`, ['run', tarball, '--strict'])
  if (parseInt(process.versions.node) < 20) console.log('attw needs Node.js 20, so the types of the tarball were not looked at')
  else run('attw', `${tools}/attw`, [tarball, '--profile', 'esm-only', '--no-emoji'])
  await weigh()
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
const page = readmeApp()
try {
  run('tsc of the page of the README', 'node_modules/.bin/tsc', ['-p', page.folder])
  run('the tests of the README', 'node_modules/.bin/vitest', ['run', '--root', page.folder, '--environment', 'jsdom'])
} finally {
  page.remove()
}
for (const problem of problems) console.error(problem)
process.exit(problems.length ? 1 : 0)
