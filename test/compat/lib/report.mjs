// What a suite tells the compatibility page: one JSON file for each suite, in the folder that COMPAT_REPORTS names.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export function report(suite, content) {
  const folder = process.env.COMPAT_REPORTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${suite}.json`), `${JSON.stringify(content, null, 2)}\n`)
}
