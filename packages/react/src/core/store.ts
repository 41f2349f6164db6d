/** Something that can be watched: the two functions useSyncExternalStore asks for. */
export interface Store<T> {
  /** Calls `listener` after each change; returns the function that stops it. */
  subscribe(this: void, listener: () => void): () => void
  /** The value now: the same object until something changes. */
  getSnapshot(this: void): T
}

export interface WritableStore<T> extends Store<T> {
  /** Replaces the value and tells the listeners; does nothing when it is the value already held. */
  set(this: void, value: T): void
}

export function createStore<T>(initial: T): WritableStore<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    subscribe(listener) {
      // A wrapper per subscription: the same function may subscribe twice, and each stop ends its own.
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    getSnapshot: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const listener of [...listeners]) listener()
    },
  }
}
