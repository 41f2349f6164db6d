import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`./packages/react/src/${path}`, import.meta.url))

// Tests run on the sources, so that they need no build first.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@roost\/react$/, replacement: source('index.ts') },
      { find: /^@roost\/react\/(core|reflux|suspense|testing|devtools|checks)$/, replacement: source('$1/index.ts') },
    ],
  },
  esbuild: { jsx: 'automatic' },
  test: {
    include: ['packages/*/test/**/*.test.{ts,tsx}', 'examples/web/test/**/*.test.{ts,tsx}'],
    environment: 'jsdom',
    globalSetup: ['packages/react/test/roost/global-setup.mjs'],
  },
})
