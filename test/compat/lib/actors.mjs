// One client of a script, over either transport: open, send a batch of messages, and keep everything that arrives.
// A message is [join_ref, ref, topic, event, payload]; a Buffer as payload goes as a V2 binary frame.
import * as codec from '../../conformance/lib/codec.mjs'
import { request } from '../../conformance/lib/poll.mjs'
import { OP, upgrade } from '../../conformance/lib/wire.mjs'

const PATIENCE_MS = 10000
const WINDOW_MS = 10000 // of /socket

class Actor {
  constructor(server, { mount, vsn, user }) {
    Object.assign(this, { server, mount, vsn, user })
    this.v1 = vsn.startsWith('1.')
    this.received = []
    this.waiting = []
    this.gone = true
  }

  url(transport, more = '') {
    return `${this.mount}/${transport}?vsn=${this.vsn}&user_id=${this.user}${more}`
  }

  text(message) {
    return this.v1 ? codec.encodeV1(message) : codec.encodeV2(message)
  }

  binary([joinRef, ref, topic, event, payload]) {
    return codec.binaryPush(joinRef, ref, topic, event, payload)
  }

  arrived(message) {
    this.received.push(message)
    this.wake()
  }

  ended(how) {
    if (this.gone) return
    this.gone = true
    this.received.push({ gone: how })
    this.wake()
  }

  wake() {
    for (const check of this.waiting.slice()) check()
  }

  /** Waits until `done()` is true, or the connection is gone. */
  until(done, what) {
    return new Promise((resolve, reject) => {
      const finish = (act, value) => {
        clearTimeout(timer)
        this.waiting = this.waiting.filter((other) => other !== check)
        act(value)
      }
      const check = () => (done() || this.gone) && finish(resolve)
      const timer = setTimeout(() => finish(reject, new Error(`${this.kind}: never came: ${what()}; the last: ${JSON.stringify(this.received.slice(-4))}`)), PATIENCE_MS)
      this.waiting.push(check)
      check()
    })
  }
}

export class WebSocketActor extends Actor {
  kind = 'websocket'

  async open() {
    const { status, wire } = await upgrade(this.server, this.url('websocket'))
    if (!wire) throw new Error(`upgrade: HTTP ${status}`)
    this.wire = wire
    this.gone = false
    this.pump(wire)
  }

  async pump(wire) {
    try {
      for (;;) {
        const frame = await wire.next(2 ** 30)
        if (!frame.fin) throw new Error('the server fragments a message')
        if (frame.op === OP.text) this.arrived(this.v1 ? codec.decodeV1Text(frame.data.toString()) : codec.decodeV2Text(frame.data.toString()))
        else if (frame.op === OP.binary) this.arrived(codec.decodeV2Binary(frame.data))
      }
    } catch (error) {
      if (wire.broken) this.arrived({ broken: wire.broken })
      this.ended({ 1001: 'disconnected', 1011: 'malformed' }[wire.closeFrame?.code] ?? `${wire.closeFrame?.code} ${error.message}`)
    }
  }

  async send(batch) {
    this.wire.socket.cork()
    for (const message of batch) {
      if (Buffer.isBuffer(message[4])) this.wire.binary(this.binary(message))
      else this.wire.text(this.text(message))
    }
    this.wire.socket.uncork()
  }

  /** Any text, as one message. */
  async sendText(text) {
    this.wire.text(text)
  }

  close() {
    this.gone = true
    this.wire?.destroy()
  }
}

export class LongPollActor extends Actor {
  kind = 'longpoll'

  async open() {
    const { json } = await request(this.server, 'GET', this.url('longpoll'))
    if (json?.status !== 410) throw new Error(`a new session answers ${JSON.stringify(json)}`)
    this.token = json.token
    this.gone = false
    this.cause = 'disconnected' // unless a POST says that its message was malformed
    this.posting = Promise.resolve()
    this.pump(this.token)
  }

  tokenUrl(token) {
    return this.url('longpoll', `&token=${encodeURIComponent(token)}`)
  }

  async pump(token) {
    while (!this.gone && this.token === token) {
      let answer
      const start = Date.now()
      try {
        answer = await request(this.server, 'GET', this.tokenUrl(token), { ms: 30000 })
      } catch (error) {
        return this.token === token && this.ended(error.message)
      }
      if (this.gone || this.token !== token) return
      const { status, messages } = answer.json ?? { status: answer.status }
      // The poll of a session that ends is answered before its window is over (PROTOCOL L13); the next one would say 410, after a while.
      if (status === 204 && Date.now() - start < WINDOW_MS - 1000) return this.posting.then(() => this.ended(this.cause))
      if (status === 410) return this.posting.then(() => this.ended(this.cause))
      if (status !== 200 && status !== 204) return this.ended(`poll: ${status}`)
      for (const text of messages) this.arrived(this.decode(text))
    }
  }

  // A binary message comes as a string of its frame's bytes (PROTOCOL L8).
  decode(text) {
    if (text.charCodeAt(0) < 3) return codec.decodeV2Binary(Buffer.from(text))
    return this.v1 ? codec.decodeV1Text(text) : codec.decodeV2Text(text)
  }

  /** V2: the batch is one NDJSON body. V1 knows no batches: one request for each message. */
  async send(batch) {
    const lines = batch.map((message) => (Buffer.isBuffer(message[4]) ? this.binary(message).toString('base64') : this.text(message)))
    if (!this.v1) return this.post(lines.join('\n'), 'application/x-ndjson')
    for (const line of lines) await this.post(line, 'application/json')
  }

  sendText(text) {
    return this.post(text, 'application/json')
  }

  post(body, type) {
    return (this.posting = this.postNow(body, type))
  }

  async postNow(body, type) {
    const { status, json } = await request(this.server, 'POST', this.tokenUrl(this.token), { headers: { 'content-type': type }, body, ms: 30000 })
    if (json?.status === 408) this.cause = 'malformed'
    else if (json?.status !== 200 && !this.gone) throw new Error(`POST: ${status} ${JSON.stringify(json)}`)
  }

  // Nothing tells a server that a poller is gone; the disconnect of its id does.
  async close() {
    this.gone = true
    const body = JSON.stringify({ id: `users_socket:${this.user}` })
    await request(this.server, 'POST', '/api/disconnect', { headers: { 'content-type': 'application/json' }, body })
  }
}
