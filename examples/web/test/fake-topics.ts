import type { Answer, Client, PhoenixServer, Topic } from '../../../packages/react/test/support/phoenix-server.js'

type Json = Record<string, unknown>
type Button = { name: string; hits: number; by: Record<string, { name: string; hits: number }> }
type Message = { id: number; user: { id: string; name: string }; body: string; at: number }
type Room = { id: string; name: string; messages: Message[] }

const now = () => Date.now() / 1000
const user = (client: Client) => ({
  id: client.params.get('user_id') ?? 'u_0',
  name: client.params.get('name') ?? 'Somebody',
})
const refuse = (reason: string): Answer => ({ error: { reason } })

/** What the demo server has, in memory and in small: the topics clicks, lobby and room:*. */
export class FakeTopics {
  version = 0
  readonly buttons: Button[] = ['Espresso', 'Flat white', 'Tea', 'Water', 'Cake', 'Nap'].map((name) => ({ name, hits: 0, by: {} }))
  readonly rooms = new Map<string, Room>([['general', { id: 'general', name: 'General', messages: [] }]])
  server: PhoenixServer | undefined
  #last_id = 0

  readonly find = (topic: string): Topic | undefined => {
    if (topic === 'clicks') return this.clicks
    if (topic === 'lobby') return this.lobby
    return topic.startsWith('room:') ? this.room : undefined
  }

  readonly clicks: Topic = {
    join: () => ({ ok: { version: this.version, buttons: this.buttons } }),
    joined: (client, topic) => this.#arrive(client, topic, {}),
    handle: (client, _topic, event, { button }) => (event === 'hit' ? this.hit(user(client), String(button)) : undefined),
  }

  readonly lobby: Topic = {
    join: () => ({ ok: { rooms: [...this.rooms.values()].map(({ id, name }) => ({ id, name })) } }),
    handle: (_client, _topic, event, { name }) => (event === 'create_room' ? this.createRoom(String(name)) : undefined),
  }

  readonly room: Topic = {
    join: (_client, topic) => this.#joinRoom(topic.slice('room:'.length)),
    joined: (client, topic) => this.#arrive(client, topic, { typing: false }),
    handle: (client, topic, event, payload) => this.#handleRoom(client, topic, event, payload),
  }

  hit(by: { id: string; name: string }, name: string): Answer {
    const button = this.buttons.find((each) => each.name === name)
    if (!button) return refuse('unknown button')
    const mine = (button.by[by.id] ??= { name: by.name, hits: 0 })
    mine.name = by.name
    mine.hits += 1
    button.hits += 1
    this.version += 1
    this.server?.broadcast('clicks', 'update_user', {
      version: this.version,
      button: name,
      hits: button.hits,
      user: { id: by.id, ...mine },
    })
    return { ok: { hits: button.hits } }
  }

  createRoom(given: string): Answer {
    const name = given.trim()
    const id = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
    if (name.length < 1 || name.length > 40) return refuse('a room name has 1 to 40 characters')
    if (this.rooms.has(id)) return refuse('this name is taken')
    this.rooms.set(id, { id, name, messages: [] })
    this.server?.broadcast('lobby', 'room_created', { id, name })
    return { ok: { id, name } }
  }

  post(id: string, from: { id: string; name: string }, body: string, at = now()): Answer {
    if (body.trim() === '') return refuse('empty message')
    if (body.length > 2_000) return refuse('message too long')
    this.#last_id += 1
    const message: Message = { id: this.#last_id, user: from, body, at }
    this.rooms.get(id)?.messages.push(message)
    this.server?.broadcast(`room:${id}`, 'new_msg', message)
    return { ok: { id: message.id } }
  }

  #joinRoom(id: string): Answer {
    const room = this.rooms.get(id)
    if (!room) return refuse('no such room')
    return { ok: { room: { id, name: room.name }, messages: room.messages.slice(-50) } }
  }

  #handleRoom(client: Client, topic: string, event: string, payload: Json): Answer | undefined {
    if (event === 'new_msg') return this.post(topic.slice('room:'.length), user(client), String(payload['body']))
    if (event !== 'typing') return undefined
    this.#track(client, topic, { typing: payload['typing'] === true })
    return { ok: {} }
  }

  #arrive(client: Client, topic: string, meta: Json): void {
    this.server?.pushState(client, topic)
    this.#track(client, topic, meta)
  }

  #track(client: Client, topic: string, meta: Json): void {
    const { id, name } = user(client)
    this.server?.track(client, topic, id, { online_at: Math.floor(now()), name, ...meta })
  }
}
