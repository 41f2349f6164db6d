import { useSyncExternalStore } from 'react'
import { load, onSavedElsewhere, save } from './storage.js'

export type Theme = 'light' | 'dark'

const system = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()
const tell = () => {
  for (const listener of [...listeners]) listener()
}

/** The theme shown: the visitor's choice, else the system's. */
const theme = (): Theme => {
  const chosen = document.documentElement.dataset['theme']
  if (chosen === 'light' || chosen === 'dark') return chosen
  return system.matches ? 'dark' : 'light'
}

function apply(chosen: string | undefined): void {
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset['theme'] = chosen
  tell()
}

system.addEventListener('change', tell)
onSavedElsewhere('roost.theme', () => apply(load('roost.theme')))

export function toggleTheme(): void {
  const next: Theme = theme() === 'dark' ? 'light' : 'dark'
  save('roost.theme', next)
  apply(next)
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, theme)
}
