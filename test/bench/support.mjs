// Runs `roost bench` against a server, and makes servers that deliver wrongly.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { WebSocketServer } from 'ws'
import { binary } from '../../tools/server.mjs'

const run = promisify(execFile)

/** Exit status, report and what it printed on stderr. `args`: the load, the URL, options. */
export async function bench(...args) {
  const short = args[0] === 'connect' ? [] : ['-d', '0.2', '--warmup', '0.05']
  const patience = args.includes('--patience') ? [] : ['--patience', '10']
  const all = ['bench', ...args.map(String), ...short, ...patience, '--json']
  const { code = 0, stdout, stderr } = await run(binary('roost'), all).catch((error) => error)
  return { code, report: stdout ? JSON.parse(stdout) : undefined, stderr }
}

/**
 * A server that answers joins and broadcasts what `pub` says. `deliver(send, message, count)` sends the count-th broadcast to
 * one subscriber; by default as it is.
 */
export async function fakeServer(deliver = (send, message) => send(message), status = 'ok') {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  const counts = new Map()
  server.on('connection', (socket) => {
    counts.set(socket, 0)
    socket.on('close', () => counts.delete(socket))
    socket.on('message', (data) => {
      const [joinRef, ref, topic, event, payload] = JSON.parse(data)
      if (event === 'phx_join') return socket.send(JSON.stringify([joinRef, ref, topic, 'phx_reply', { status, response: { reason: 'full' } }]))
      for (const [other, count] of counts) {
        counts.set(other, count + 1)
        deliver((message) => other.send(JSON.stringify(message)), [null, null, topic, 'msg', payload], count, other)
      }
    })
  })
  await once(server, 'listening')
  const stop = () => {
    for (const client of server.clients) client.terminate()
    return new Promise((resolve) => server.close(resolve))
  }
  return { url: `ws://127.0.0.1:${server.address().port}/socket`, stop }
}
