import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.js'

const old = (name: string) => fileURLToPath(new URL(`./packages/react/test/matrix/node_modules/${name}`, import.meta.url))

// The tests of the package once more, with the oldest versions of React and phoenix that it says it works with.
export default mergeConfig(
  base,
  defineConfig({
    resolve: {
      alias: [
        { find: /^(react|react-dom|react-dom\/.*|react\/.*|@testing-library\/react)$/, replacement: old('$1') },
        { find: /^phoenix$/, replacement: old('phoenix/priv/static/phoenix.mjs') },
      ],
    },
    test: { env: { ROOST_OLDEST: '1' } },
  }),
)
