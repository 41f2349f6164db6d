import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/bricolage-grotesque/wght.css'
import '../design/tokens.css'
import '../design/base.css'
import '../design/parts.css'
import { StrictMode, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'

/** Renders a page into its document. */
export function start(page: ReactNode): void {
  const root = document.getElementById('root')
  if (!root) throw new Error('the document has no #root')
  createRoot(root).render(<StrictMode>{page}</StrictMode>)
}
