export interface Room {
  readonly id: string
  readonly name: string
}

export interface LobbyReply {
  readonly rooms: readonly Room[]
}

export interface Message {
  readonly id: number
  readonly user: { readonly id: string; readonly name: string }
  readonly body: string
  /** Unix seconds. */
  readonly at: number
}

export interface RoomReply {
  readonly room: Room
  /** The latest, oldest first. */
  readonly messages: readonly Message[]
}
