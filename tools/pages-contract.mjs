// Writes examples/web/src/contract.ts: what the channels of the demo server say and take, by the word of the built
// roost-demo. test/typescript says when it is not up to date.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { binary, root } from './server.mjs'

export const file = 'examples/web/src/contract.ts'

export const contractOf = (demo) => execFileSync(demo, ['--contract-ts', '--db', ':memory:'], { encoding: 'utf8' })

if (import.meta.url === pathToFileURL(process.argv[1]).href) writeFileSync(join(root, file), contractOf(binary('roost-demo')))
