// A small proxy for ./dev cluster and its tests, not for production.
//
// It works on TCP: each new connection goes to the next node (round robin), and its bytes pass both ways as they are, so
// WebSockets, long polls and files alike. Each half second it asks every node for a page. A node that gives none within a
// second is left out, and taken in again when it does; the connections that it has are left alone, for it may only stand
// still. When a node refuses a connection, the next one is tried. If no node is left, the client's connection is closed.
import http from 'node:http'
import net from 'node:net'

const checkEveryMs = 500
const answerWithinMs = 1000

export class Proxy {
  #nodes
  #next = 0
  #open = new Set()
  #server = net.createServer({ allowHalfOpen: true }, (client) => this.#connect(client, [...this.#inTurn()]))
  #timer

  /** `ports`: of nodes on this machine. `onChange(port, isThere)`: a node is left out, or taken in. */
  constructor(ports, onChange = () => {}) {
    this.#nodes = ports.map((port) => ({ port, there: true }))
    this.onChange = onChange
  }

  async listen(port) {
    await new Promise((resolve, reject) => this.#server.once('error', reject).listen(port, '127.0.0.1', resolve))
    this.#timer = setInterval(() => this.#nodes.forEach((node) => void this.#check(node)), checkEveryMs)
    return this
  }

  /** Ends every connection. */
  close() {
    clearInterval(this.#timer)
    for (const socket of this.#open) socket.destroy()
    return new Promise((resolve) => this.#server.close(resolve))
  }

  /** The nodes to try for one connection: those that are there, from the next one on. */
  *#inTurn() {
    const start = this.#next++
    for (let i = 0; i < this.#nodes.length; i++) {
      const node = this.#nodes[(start + i) % this.#nodes.length]
      if (node.there) yield node
    }
  }

  #connect(client, [node, ...others]) {
    this.#keep(client)
    if (!node) return client.destroy()
    const server = net.connect({ port: node.port, host: '127.0.0.1', allowHalfOpen: true })
    this.#keep(server)
    server.once('connect', () => {
      server.removeAllListeners('error').on('error', () => client.destroy())
      client.on('error', () => server.destroy())
      server.once('close', () => client.destroy())
      client.once('close', () => server.destroy())
      client.pipe(server)
      server.pipe(client)
    })
    server.once('error', () => {
      this.#set(node, false)
      this.#connect(client, others)
    })
  }

  #keep(socket) {
    if (this.#open.has(socket)) return
    this.#open.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.once('close', () => this.#open.delete(socket))
  }

  async #check(node) {
    if (node.asked) return
    node.asked = true
    const there = await gives(node.port)
    node.asked = false
    this.#set(node, there)
  }

  #set(node, there) {
    if (node.there === there) return
    node.there = there
    this.onChange(node.port, there)
  }
}

/** Whether a node on this port gives a page in time. */
export function gives(port) {
  return new Promise((resolve) => {
    const request = http.get({ port, host: '127.0.0.1', agent: false, timeout: answerWithinMs }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}
