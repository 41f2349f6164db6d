/** Something that says things to whoever listens. */
export interface Listenable<Value> {
  /** Calls `callback` with every value from now on; the result stops it. */
  listen(this: void, callback: (value: Value) => void): () => void
}

/** A Listenable that we speak through. */
export interface Speaker<Value> extends Listenable<Value> {
  say(this: void, value: Value): void
}

/** One that throws keeps nobody else from hearing; who begins or stops meanwhile counts from the next value on. */
export function createSpeaker<Value>(): Speaker<Value> {
  const callbacks = new Set<(value: Value) => void>()
  return {
    listen(callback) {
      const entry = (value: Value) => callback(value)
      callbacks.add(entry)
      return () => void callbacks.delete(entry)
    },
    say(value) {
      for (const callback of [...callbacks]) {
        try {
          callback(value)
        } catch (error) {
          console.error('@roost/react: a listener threw', error)
        }
      }
    },
  }
}
