// Rooms and acknowledgements of Socket.IO, as its documentation would have it: node socketio.mjs --port N
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { Server } from 'socket.io'

const { values } = parseArgs({ options: { port: { type: 'string', default: '4201' } } })
const http = createServer()
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false })

io.on('connection', (socket) => {
  socket.on('phx_join', (topic, _params, answer) => {
    socket.join(topic)
    answer({})
  })
  socket.on('echo', (_topic, payload, answer) => answer(payload))
  socket.on('pub', (topic, payload) => io.to(topic).emit('msg', payload))
})
http.listen({ host: '127.0.0.1', port: Number(values.port), backlog: 4096 })
