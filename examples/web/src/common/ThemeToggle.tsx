import type { ReactElement } from 'react'
import { Icon } from './Icons.js'
import { toggleTheme, useTheme } from './theme.js'

export function ThemeToggle(): ReactElement {
  const other = useTheme() === 'dark' ? 'light' : 'dark'
  return (
    <button type="button" className="icon-button" data-testid="theme" aria-label={`Use the ${other} theme`} onClick={toggleTheme}>
      <Icon name={other === 'dark' ? 'moon' : 'sun'} />
    </button>
  )
}
