// reflux-core ships no types; this is what the tests use of it.
declare module 'reflux-core' {
  interface Action {
    (...args: unknown[]): unknown
    listen(callback: (...args: never[]) => unknown, context?: unknown): () => void
    completed: Action
    failed: Action
  }
  interface StoreMethods {
    trigger(...args: unknown[]): void
    listen(callback: (...args: never[]) => unknown, context?: unknown): () => void
  }
  export function createAction(definition?: object): Action
  export function createStore<Definition extends object>(
    definition: Definition & ThisType<Definition & StoreMethods>,
  ): Definition & StoreMethods
}
