// The C++ of docs/guide/PAGE.md is code that is compiled, its TypeScript what that gives: each block stands in
// test/guide/PAGE_test.cc, line by line, indentation aside. Pages without such a file have tests of their own, or no code.
import { existsSync, readFileSync, readdirSync } from 'node:fs'

const lines = (text) => text.split('\n').map((line) => line.trim()).filter((line) => line !== '').join('\n') + '\n'
let failed = 0
for (const page of readdirSync('docs/guide')) {
  const test = `test/guide/${page.replace('.md', '_test.cc').replaceAll('-', '_')}`
  if (!existsSync(test)) continue
  const code = '\n' + lines(readFileSync(test, 'utf8'))
  for (const [, block] of readFileSync(`docs/guide/${page}`, 'utf8').matchAll(/^```(?:cpp|ts)\n(.*?)^```/gms)) {
    if (code.includes('\n' + lines(block))) continue
    failed += 1
    console.error(`docs/guide/${page}: not in ${test}:\n${block}`)
  }
}
process.exit(failed ? 1 : 0)
