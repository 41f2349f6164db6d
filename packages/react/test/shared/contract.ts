// The part of the conformance suite's application that the scenarios use: test/conformance/CONTRACT.md; and a live document of our own.
export interface Note {
  id: number
  text: string
}

export interface ContractApp {
  'room:{id}': {
    params: { deny?: boolean; announce?: boolean }
    events: { new_msg: Note; pushed: Note }
    pushes: {
      echo: { payload: { n: number }; reply: { n: number } }
      echo_error: { payload: { reason: string } }
      new_msg: { payload: Note }
      push_me: { payload: Note }
      silent: object
      crash: object
      stop: { payload: { reason: string } }
    }
  }
  counter: {
    state: { hits: number }
    pushes: { hit: { payload: { by: number }; reply: { version: number } } }
  }
  'presence:{id}': {
    params: { key?: string; meta?: { status: string } }
    pushes: { update: { payload: { key?: string; meta: { status: string } } } }
    presence: { status: string }
  }
}
