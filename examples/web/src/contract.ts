// Made of the server's channel classes (--contract-ts): change those, not this.
import type {} from '@roost/react'

export interface Button {
  readonly name: string
  readonly hits: number
  readonly by: Readonly<Record<string, Clicker>>
}

export interface Clicker {
  readonly name: string
  readonly hits: number
}

export interface CreateRoom {
  readonly name: string
}

export interface DemoUser {
  readonly id: string
  readonly name: string
}

export interface Entered {
  readonly room: RoomInfo
  readonly messages: readonly Message[]
}

export interface Hit {
  readonly button: string
}

export interface Hits {
  readonly hits: number
}

export interface Message {
  readonly id: number
  readonly user: DemoUser
  readonly body: string
  readonly at: number
}

export interface MessageId {
  readonly id: number
}

export interface NewMessage {
  readonly body: string
}

export interface Person {
  readonly online_at: number
  readonly name: string
  readonly typing?: boolean
  readonly node?: string
}

export interface RoomInfo {
  readonly id: string
  readonly name: string
}

export interface RoomList {
  readonly rooms: readonly RoomInfo[]
  readonly node?: string
}

export interface State {
  readonly version: number
  readonly buttons: readonly Button[]
  readonly node?: string
}

export interface Typing {
  readonly typing: boolean
}

export interface Update {
  readonly version: number
  readonly button: string
  readonly hits: number
  readonly user: User
}

export interface User {
  readonly id: string
  readonly name: string
  readonly hits: number
}

export interface Contract {
  readonly 'clicks': {
    readonly reply: State
    readonly events: {
      readonly 'state': State
      readonly 'update_user': Update
    }
    readonly pushes: {
      readonly 'hit': { readonly payload: Hit; readonly reply: Hits }
    }
    readonly presence: Person
  }
  readonly 'lobby': {
    readonly reply: RoomList
    readonly events: {
      readonly 'room_created': RoomInfo
    }
    readonly pushes: {
      readonly 'create_room': { readonly payload: CreateRoom; readonly reply: RoomInfo }
    }
  }
  readonly 'room:{id}': {
    readonly reply: Entered
    readonly events: {
      readonly 'new_msg': Message
    }
    readonly pushes: {
      readonly 'new_msg': { readonly payload: NewMessage; readonly reply: MessageId }
      readonly 'typing': { readonly payload: Typing }
    }
    readonly presence: Person
  }
}

declare module '@roost/react' {
  interface Register {
    readonly contract: Contract
  }
}
