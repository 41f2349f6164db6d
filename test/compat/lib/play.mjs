// Plays a script over a choice of transports and gives the transcript. After every step all is settled: what the step caused has
// arrived everywhere, so that only what one step causes at once can come in another order.
import { request } from '../../conformance/lib/poll.mjs'
import { LongPollActor, WebSocketActor } from './actors.mjs'
import { MARKER, PRESENCES, PROBES, ROOMS } from './script.mjs'

/** `transports`: 'websocket' or 'longpoll' for each client. Gives, for each client, the list of what it received. */
export async function play(script, server, transports, id) {
  const stage = new Stage(script, server, transports, id)
  try {
    await stage.run()
    return stage.actors.map((actor) => actor.received.map((message) => stage.unmark(message)))
  } finally {
    await Promise.all(stage.actors.map((actor) => actor.close()))
  }
}

class Stage {
  constructor(script, server, transports, id) {
    Object.assign(this, { script, server, id, rounds: 0 })
    this.actors = script.users.map((user, i) => {
      const Kind = transports[i] === 'websocket' ? WebSocketActor : LongPollActor
      return new Kind(server, { mount: '/socket', vsn: script.vsn, user: this.mark(user) })
    })
  }

  mark(value) {
    if (Buffer.isBuffer(value) || value === undefined) return value
    return JSON.parse(JSON.stringify(value).replaceAll('@', this.id))
  }

  unmark(value) {
    const plain = (key, item) => (item?.type === 'Buffer' ? { bytes: Buffer.from(item.data).toString('hex') } : item)
    return JSON.parse(JSON.stringify(value, plain).replaceAll(this.id, '@'))
  }

  async run() {
    for (const actor of this.actors) await this.enter(actor)
    for (const [at, step] of this.script.steps.entries()) {
      for (const actor of this.actors) actor.received.push({ step: at })
      await this.act(step)
      await this.settle(step)
    }
  }

  async enter(actor) {
    await actor.open()
    const joins = [MARKER, ...PROBES].map((topic, i) => ['marker', `m${++this.rounds}-${i}`, this.mark(topic), 'phx_join', { track: false }])
    await this.ask(actor, joins)
  }

  async act(step) {
    if (step.kind === 'publish') return this.post('/api/broadcast', { topic: this.mark(step.topic), event: step.event, payload: step.payload })
    const actor = this.actors[step.client]
    if (step.kind === 'disconnect') {
      const same = this.actors.filter(({ user }) => user === actor.user)
      await this.post('/api/disconnect', { id: `users_socket:${actor.user}` })
      await Promise.all(same.map((each) => each.until(() => false, () => 'the disconnect')))
      for (const each of same) await this.enter(each)
    } else if (step.kind === 'malformed') {
      await actor.sendText(this.mark(step.text))
      await actor.until(() => false, () => 'the end after a malformed message')
      await this.enter(actor)
    } else await actor.send(step.batch.map(([joinRef, ref, topic, event, payload]) => [joinRef, ref, this.mark(topic), event, this.mark(payload)]))
  }

  async post(path, body) {
    const { status } = await request(this.server, 'POST', path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    if (status !== 200) throw new Error(`POST ${path}: ${status}`)
  }

  /**
   * Every channel of who acted answers a last question, so that it has done all that came before; the probes make sure of the homes of
   * presences, whose shards may have nothing else to do with this script. Then every client says a word that every client waits for: what
   * was published before has come then (one publisher, one subscriber: in order). Twice, because an end, its answer and the diff
   * of its presences take their ways over three shards.
   */
  async settle(step) {
    const actor = this.actors[step.client ?? 0]
    if (step.client !== undefined) await this.question(actor)
    for (let round = 0; round < 2; round++) await Promise.all([this.probe(actor), this.words()])
    const lost = this.actors.find(({ gone }) => gone)
    if (lost) throw new Error(`the connection is gone: ${JSON.stringify(lost.received.at(-1))}`)
  }

  question(actor) {
    const round = ++this.rounds
    const questions = [...ROOMS.map((topic) => [topic, 'whoami']), ...PRESENCES.map((topic) => [topic, 'get'])]
    return this.ask(actor, questions.map(([topic, event], i) => [null, `s${round}-${i}`, this.mark(topic), event, {}]))
  }

  probe(actor) {
    const round = ++this.rounds
    return this.ask(actor, PROBES.map((topic, i) => ['marker', `p${round}-${i}`, this.mark(topic), 'get', {}]))
  }

  async words() {
    const round = ++this.rounds
    await Promise.all(this.actors.map((actor) => actor.send([[null, `w${round}`, this.mark(MARKER), 'new_msg', { word: round }]])))
    const heard = (actor) => actor.received.reduce((sum, m) => sum + (m[3] === 'new_msg' && m[4].word === round ? 1 : 0), 0)
    await Promise.all(this.actors.map((actor) => actor.until(() => heard(actor) === this.actors.length, () => `the words of round ${round}`)))
  }

  /** Sends messages and waits for a reply to each. */
  async ask(actor, messages) {
    const open = new Set(messages.map(([, ref, topic]) => `${ref} ${topic}`))
    let seen = actor.received.length
    const answered = () => {
      for (; seen < actor.received.length; seen++) {
        const [, ref, topic, event] = actor.received[seen].gone ? [] : actor.received[seen]
        if (event === 'phx_reply') open.delete(`${ref} ${topic}`)
      }
      return open.size === 0
    }
    await actor.send(messages)
    await actor.until(answered, () => `replies ${[...open]}`)
  }
}
