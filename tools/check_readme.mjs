// The code of the README is code that is compiled: its two blocks stand, word for word, in the files named here.
import { readFileSync } from 'node:fs'

const readme = readFileSync('README.md', 'utf8')
const block = (language) => readme.split('```' + language + '\n')[1]?.split('```')[0] ?? `(no ${language} block)`
const code = (file) => readFileSync(file, 'utf8').replace(/^\/\/.*\n/, '') // its first line is a comment of its own
const pairs = [
  ['cpp', 'examples/readme/main.cc', (text) => text],
  ['tsx', 'packages/react/test/readme/root.tsx', (text) => text],
]

let failed = 0
for (const [language, file, as_shown] of pairs) {
  if (block(language) === as_shown(code(file))) continue
  failed += 1
  console.error(`README.md: the ${language} block is not ${file}`)
}
process.exit(failed ? 1 : 0)
