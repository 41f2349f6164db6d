/** Something that can be watched: the two functions useSyncExternalStore asks for. */
export interface Store<T> {
  /** Calls `listener` after each change; returns the function that stops it. */
  subscribe(this: void, listener: () => void): () => void
  /** The value now: the same object until something changes. */
  getSnapshot(this: void): T
}

/** A store that we write to. */
export interface Cell<T> extends Store<T> {
  /** Replaces the value and tells the listeners; does nothing when it is the value already held. */
  set(this: void, value: T): void
}

/** Calls every listener that was there at the beginning; one that throws keeps nobody else from hearing. */
export function tell(listeners: Iterable<() => void>): void {
  for (const listener of [...listeners]) {
    try {
      listener()
    } catch (error) {
      console.error('@roost/react: a listener threw', error)
    }
  }
}

/** Adds `listener` to `listeners`; the result takes it out. The same function may be added twice, each with its own end. */
export function listen(listeners: Set<() => void>, listener: () => void): () => void {
  const entry = () => listener()
  listeners.add(entry)
  return () => void listeners.delete(entry)
}

export function createCell<T>(initial: T): Cell<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    subscribe: (listener) => listen(listeners, listener),
    getSnapshot: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      tell(listeners)
    },
  }
}

/** A store made from another: `map` runs once per snapshot, and a result that is equal keeps its identity. */
export function derive<T, U>(source: Store<T>, map: (value: T) => U, is_equal: (a: U, b: U) => boolean): Store<U> {
  let last: { readonly from: T; readonly value: U } | undefined
  return {
    subscribe: source.subscribe,
    getSnapshot() {
      const from = source.getSnapshot()
      if (last && Object.is(last.from, from)) return last.value
      const fresh = map(from)
      last = { from, value: last && is_equal(last.value, fresh) ? last.value : fresh }
      return last.value
    },
  }
}
