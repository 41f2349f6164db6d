// A contract for the type tests, registered the way an application does it.
import type {} from '../../src/index.js'

export interface Message {
  id: number
  from: string
  body: string
}

export interface Contract {
  lobby: {
    reply: { rooms: string[] }
    pushes: { create_room: { payload: { name: string }; reply: { id: string } } }
  }
  'room:{id}': {
    params: { token: string }
    reply: { messages: Message[] }
    events: { new_msg: Message; closed: { by: string } }
    pushes: { new_msg: { payload: { body: string }; reply: { id: number } }; ping: object; me: { payload: { typing: boolean } } }
    presence: { name: string }
  }
  poll: { state: { votes: Record<string, number> }; pushes: { vote: { payload: { for: string }; reply: { version: number } } } }
  'shop:{shop}:item:{item}': { events: { sold: { left: number } } }
}

declare module '../../src/index.js' {
  interface Register {
    contract: Contract
  }
}
