import type { Listenable } from './listenable.js'

type Values<Sources extends readonly Listenable<unknown>[]> = {
  readonly [I in keyof Sources]: Sources[I] extends Listenable<infer Value> ? Value : never
}

/**
 * Waits until each of the sources has said something, calls `then` with the last value of each, and waits anew: as
 * joinTrailing of Reflux. The result stops it.
 */
export function joinTrailing<const Sources extends readonly Listenable<unknown>[]>(
  sources: Sources,
  then: (values: Values<Sources>) => void,
): () => void {
  const last = new Map<number, unknown>()
  const stops = sources.map((source, i) =>
    source.listen((value) => {
      last.set(i, value)
      if (last.size < sources.length) return
      const values = sources.map((_source, at) => last.get(at))
      last.clear()
      then(values as Values<Sources>)
    }),
  )
  return () => {
    for (const stop of stops) stop()
  }
}
