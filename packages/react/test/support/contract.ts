// What the tests talk about.
export interface Message {
  id: number
  body?: string
}

export interface CounterState {
  readonly hits: number
  readonly people: Readonly<Record<string, { readonly name: string }>>
}

export interface TestContract {
  'room:{id}': {
    params: { n?: number; token?: string }
    reply: { messages: Message[]; name?: string; n?: number; a?: number }
    events: { new_msg: Message; x: unknown; noise: object; y: { n: number } }
    pushes: {
      hit: { payload: { n?: number }; reply: { hits: number } }
      me: { payload: { x: number; y: number; typing: boolean } }
    }
    presence: { name: string }
  }
  counter: {
    state: CounterState
    pushes: { hit: { payload: { by: number }; reply: { version: number } } }
  }
  clicks: {
    reply: { hits: Record<string, number> }
    events: { update_user: { button: string; hits: number } }
    pushes: { hit: { payload: { button: string }; reply: { hits: number } } }
  }
}

declare module '../../src/core/contract.js' {
  interface Register {
    contract: TestContract
  }
}
