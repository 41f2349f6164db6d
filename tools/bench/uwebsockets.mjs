// Compiles bench/peers/uwebsockets.cc against a checkout of uWebSockets, as its own build does.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

const folder = 'build/peers'
const flags = ['-w', '-O3', '-march=native', '-flto=auto', '-DNDEBUG', '-DLIBUS_NO_SSL', '-DUWS_NO_ZLIB']
const run = (program, args) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()

/** uWebSockets as a contestant: {version, kind}. `checkout`: made by `git clone --recursive`, so that uSockets is in it. */
export function uwebsockets(checkout) {
  const sockets = resolve(checkout, 'uSockets/src')
  if (!existsSync(join(sockets, 'libusockets.h'))) throw new Error(`--uwebsockets: ${checkout} has no uSockets/src: clone with --recursive`)
  mkdirSync(folder, { recursive: true })
  const sources = [sockets, join(sockets, 'eventing')].flatMap((path) => readdirSync(path).map((name) => join(path, name)))
  const objects = sources.filter((path) => path.endsWith('.c')).map((path, i) => {
    const object = join(folder, `usockets_${i}.o`)
    run('gcc', ['-std=c11', ...flags, '-I', sockets, '-c', path, '-o', object])
    return object
  })
  const program = join(folder, 'uwebsockets')
  const include = ['-I', resolve(checkout, 'src'), '-I', sockets]
  run('g++', ['-std=c++20', ...flags, ...include, 'bench/peers/uwebsockets.cc', ...objects, '-o', program])
  const named = existsSync(join(checkout, '.git'))
  const version = named ? run('git', ['-c', 'safe.directory=*', '-C', checkout, 'describe', '--tags', '--always']) : 'of no known version'
  return { version, kind: { path: program, args: [] } }
}
