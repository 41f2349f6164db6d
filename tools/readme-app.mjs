// The page of packages/react/README.md, made by following it: a folder outside of the repository with the packed package
// and every code block that names its file. Instead of `npm create vite` and `npm install`, which need a network, it
// takes what those make: the files of the template, and links to the repository's own packages.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './server.mjs'

const linked = ['phoenix', 'react', 'react-dom', 'typescript', 'vite', 'vitest', 'jsdom', '@types', '@testing-library', '@vitejs', 'esbuild', 'csstype']

const template = {
  'package.json': JSON.stringify({ name: 'my-page', private: true, version: '0.0.0', type: 'module' }),
  'index.html': '<!doctype html><html lang="en"><head><meta charset="UTF-8" /><title>my-page</title></head><body><div id="root"></div><script type="module" src="/src/main.tsx"></script></body></html>',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2022',
      useDefineForClassFields: true,
      lib: ['ES2022', 'DOM', 'DOM.Iterable'],
      module: 'ESNext',
      skipLibCheck: false,
      types: [],
      moduleResolution: 'bundler',
      verbatimModuleSyntax: true,
      moduleDetection: 'force',
      noEmit: true,
      jsx: 'react-jsx',
      strict: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      erasableSyntaxOnly: true,
      noFallthroughCasesInSwitch: true,
      noUncheckedSideEffectImports: true,
    },
    include: ['src'],
  }),
}

/** The code blocks that begin with the path of their file: [path, text]. */
export function blocks(readme = readFileSync(join(root, 'packages/react/README.md'), 'utf8')) {
  return [...readme.matchAll(/```tsx?\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(([, path, text]) => [path, text])
}

/** Packs the package into `folder`; the path of the tarball. */
export function pack(folder) {
  const out = execFileSync('npm', ['pack', '--json', '--pack-destination', folder, '-w', '@roost/react'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return join(folder, JSON.parse(out)[0].filename.replace('@', '').replace('/', '-'))
}

/** The page; `change(path, text)` may change a file. */
export function readmeApp(change = (_path, text) => text) {
  const folder = mkdtempSync(join(tmpdir(), 'roost-readme-'))
  const put = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), change(path, text))
  }
  for (const [path, text] of [...Object.entries(template), ...blocks()]) put(path, text)
  const installed = join(folder, 'node_modules/@roost/react')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', pack(folder), '-C', installed, '--strip-components=1'])
  for (const name of linked) symlinkSync(whereIs(name), join(folder, 'node_modules', name))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A package or scope as the pages of the repository find it. */
function whereIs(name) {
  for (const folder of createRequire(join(root, 'examples/web/package.json')).resolve.paths(name)) {
    try {
      readFileSync(join(folder, name, name.startsWith('@') ? '' : 'package.json'))
      return join(folder, name)
    } catch (error) {
      if (error.code === 'EISDIR') return join(folder, name)
    }
  }
  throw new Error(`${name} is not installed`)
}
