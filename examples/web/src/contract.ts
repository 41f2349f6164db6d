import type { Message, Room, RoomReply, LobbyReply } from './chat/types.js'
import type { ClicksReply, UpdateUser } from './clicks/types.js'
import type { PersonMeta } from './common/people.js'

/** What these pages and their server say to each other. */
export interface Contract {
  lobby: {
    reply: LobbyReply
    events: { room_created: Room }
    pushes: { create_room: { payload: { name: string }; reply: Room } }
  }
  'room:{id}': {
    reply: RoomReply
    events: { new_msg: Message }
    pushes: {
      new_msg: { payload: { body: string }; reply: { id: number } }
      typing: { payload: { typing: boolean } }
    }
    presence: PersonMeta
  }
  clicks: {
    reply: ClicksReply
    events: { update_user: UpdateUser }
    pushes: { hit: { payload: { button: string }; reply: { hits: number } } }
    presence: PersonMeta
  }
}

declare module '@roost/react' {
  interface Register {
    contract: Contract
  }
}
