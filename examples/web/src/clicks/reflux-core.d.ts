// reflux-core ships no types; this is what the page uses of it.
declare module 'reflux-core' {
  interface Action<Payload> {
    (payload: Payload): unknown
    listen(callback: (...args: never[]) => unknown, context?: unknown): () => void
    readonly completed: Action<unknown>
    readonly failed: Action<unknown>
  }
  interface StoreMethods {
    trigger(...args: unknown[]): void
    listen(callback: (...args: never[]) => unknown, context?: unknown): () => void
    listenTo(action: { listen: unknown }, callback: (...args: never[]) => unknown): void
  }
  export function createAction<Payload>(definition?: object): Action<Payload>
  export function createStore<Definition extends object>(
    definition: Definition & ThisType<Definition & StoreMethods>,
  ): Definition & StoreMethods
}
