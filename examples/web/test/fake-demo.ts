import { createReadStream, existsSync, statSync } from 'node:fs'
import { extname, join, normalize } from 'node:path'
import type { RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import { PhoenixServer } from '../../../packages/react/test/support/phoenix-server.js'
import { FakeTopics } from './fake-topics.js'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Serves examples/web/dist. */
export const files: RequestListener = (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname))
  const file = join(dist, path.endsWith('/') ? join(path, 'index.html') : path)
  if (!existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end('not found')
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
  createReadStream(file).pipe(response)
}

/** The pages and a stand-in for the demo server behind them, for working on the pages alone. */
export async function startFakeDemo(port: number, topics = new FakeTopics()) {
  const server = new PhoenixServer(topics.find)
  topics.server = server
  return { server, topics, port: await server.listen(port, files) }
}
