export interface Clicker {
  readonly name: string
  readonly hits: number
}

export interface Button {
  readonly name: string
  readonly hits: number
  /** user id -> their part of the hits */
  readonly by: Readonly<Record<string, Clicker>>
}

/** What joining "clicks" brings: all buttons, in the server's order. */
export interface ClicksReply {
  readonly buttons: readonly Button[]
}

/** A click of anybody. */
export interface UpdateUser {
  readonly button: string
  readonly hits: number
  readonly user: Clicker & { readonly id: string }
}
