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
  /** Counts up with every click: an update that is not newer is in `buttons` already. */
  readonly version: number
  readonly buttons: readonly Button[]
}

/** A click of anybody. */
export interface UpdateUser {
  readonly version: number
  readonly button: string
  readonly hits: number
  readonly user: Clicker & { readonly id: string }
}
