/** localStorage that may be forbidden or full: then values live as long as the page. */
const memory = new Map<string, string>()

export function load(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? memory.get(key)
  } catch {
    return memory.get(key)
  }
}

export function save(key: string, value: string): void {
  memory.set(key, value)
  try {
    localStorage.setItem(key, value)
  } catch {
    // Kept in memory.
  }
}

/** Calls `listener` when another tab has saved `key`. */
export function onSavedElsewhere(key: string, listener: () => void): () => void {
  const handle = (event: StorageEvent) => {
    if (event.key === key) listener()
  }
  addEventListener('storage', handle)
  return () => removeEventListener('storage', handle)
}
