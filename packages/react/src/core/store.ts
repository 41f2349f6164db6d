/** Something that can be watched: the functions useSyncExternalStore asks for. */
export interface Store<T> {
  /** Calls `listener` after each change; returns the function that stops it. */
  subscribe(this: void, listener: () => void): () => void
  /** The value now: the same object until something changes. */
  getSnapshot(this: void): T
  /** What a server renders, and what a page that was rendered there begins with: the value before anything happened. */
  getServerSnapshot(this: void): T
  /** Told of every render that a change causes; for the devtools, in development only. */
  caused?: (() => void) | undefined
}

/** A store that we write to. */
export interface Cell<T> extends Store<T> {
  /** Replaces the value and tells the listeners; does nothing when it is the value already held. */
  set(this: void, value: T): void
  /** Replaces the value and what a server renders, before anybody listens. */
  seed(this: void, value: T): void
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
  let from_server = initial
  const listeners = new Set<() => void>()
  return {
    subscribe: (listener) => listen(listeners, listener),
    getSnapshot: () => value,
    getServerSnapshot: () => from_server,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      tell(listeners)
    },
    seed(next) {
      value = next
      from_server = next
    },
  }
}

/** A function that runs once per input, and whose result keeps its identity while it is equal. */
export function remember<T, U>(map: (value: T) => U, is_equal: (a: U, b: U) => boolean): (value: T) => U {
  let last: { readonly from: T; readonly value: U } | undefined
  return (from) => {
    if (last && Object.is(last.from, from)) return last.value
    const fresh = map(from)
    last = { from, value: last && is_equal(last.value, fresh) ? last.value : fresh }
    return last.value
  }
}

/** A store made from another. */
export function derive<T, U>(source: Store<T>, map: (value: T) => U, is_equal: (a: U, b: U) => boolean): Store<U> {
  const now = remember(map, is_equal)
  const at_first = remember(map, is_equal)
  return {
    subscribe: source.subscribe,
    getSnapshot: () => now(source.getSnapshot()),
    getServerSnapshot: () => at_first(source.getServerSnapshot()),
  }
}
