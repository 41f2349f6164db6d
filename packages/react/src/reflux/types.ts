/** The part of Reflux that we use, as structure: actions and stores of reflux-core and of reflux both fit. */
export interface RefluxListenable {
  listen(callback: (...args: never[]) => unknown, context?: unknown): () => void
}

/** What Reflux.createAction returns. `completed` and `failed` are there with `asyncResult: true`. */
export interface RefluxAction extends RefluxListenable {
  (...args: never[]): unknown
  readonly completed?: (...args: never[]) => unknown
  readonly failed?: (...args: never[]) => unknown
}

/** A store that replaces its `state` and then calls `trigger`. */
export interface RefluxStore<State> extends RefluxListenable {
  readonly state: State
}
