// A reporter of Node's test runner: how many tests passed and failed in each file, for the compatibility page.
//   node --test --test-reporter=./test/compat/lib/counts.mjs --test-reporter-destination=counts.json …
import { basename } from 'node:path'

export default async function* counts(events) {
  const files = {}
  for await (const { type, data } of events) {
    if (!data?.file || data.nesting > 0 || data.details?.type === 'suite') continue
    const count = (files[basename(data.file)] ??= { passed: 0, failed: 0 })
    if (type === 'test:pass') count.passed++
    if (type === 'test:fail') count.failed++
  }
  yield `${JSON.stringify({ files }, null, 2)}\n`
}
