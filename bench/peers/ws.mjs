// The messages of bench/floor on the `ws` package: node ws.mjs --port N
import { parseArgs } from 'node:util'
import { WebSocketServer } from 'ws'

const { values } = parseArgs({ options: { port: { type: 'string', default: '4200' } } })
const topics = new Map()

const reply = (joinRef, ref, topic, response) => JSON.stringify([joinRef, ref, topic, 'phx_reply', { response, status: 'ok' }])

function subscribe(socket, topic) {
  if (!topics.has(topic)) topics.set(topic, new Set())
  topics.get(topic).add(socket)
  socket.topic = topic
}

function handle(socket, [joinRef, ref, topic, event, payload]) {
  if (event === 'phx_join') subscribe(socket, topic)
  if (event === 'pub') {
    const message = JSON.stringify([null, null, topic, 'msg', payload])
    for (const other of topics.get(topic)) other.send(message)
    return
  }
  socket.send(reply(joinRef, ref, topic, event === 'echo' ? payload : {}))
}

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(values.port), backlog: 4096, perMessageDeflate: false })
server.on('connection', (socket) => {
  socket.on('message', (data) => handle(socket, JSON.parse(data)))
  socket.on('close', () => topics.get(socket.topic)?.delete(socket))
  socket.on('error', () => socket.terminate())
})
