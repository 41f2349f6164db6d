// The behaviours that the Autobahn fuzzing client looks at, against the echo socket of the contract server, over real connections.
//   COMPAT_LONG=1      with all sizes and message counts of the fuzzing client; takes several minutes
//   COMPAT_GREP=regex  only cases whose group or title match
//   COMPAT_DATA=FILE,… compresses these files, too
//   ROOST_SHARDS=N     shards of the server, 2 if not said
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { contractServer } from '../../tools/server.mjs'
import { cases as closing } from './echo/closing.mjs'
import { casesOf as deflate } from './echo/deflate.mjs'
import { cases as framing } from './echo/framing.mjs'
import { casesOf as limits } from './echo/limits.mjs'
import { cases as utf8 } from './echo/utf8.mjs'
import { report } from './lib/report.mjs'

const long = !!process.env.COMPAT_LONG
const wanted = new RegExp(process.env.COMPAT_GREP ?? '')
const AT_ONCE = 4 // cases
const SLOW_MS = long ? 600_000 : 60_000

let server
before(async () => (server = await contractServer({ shards: Number(process.env.ROOST_SHARDS ?? 2) })))
after(() => server.stop())

const all = [...framing, ...utf8, ...closing, ...limits(long), ...deflate(long)]
const groups = Map.groupBy ? Map.groupBy(all, ({ group }) => group) : grouped(all)

function grouped(list) {
  const map = new Map()
  for (const item of list) map.set(item.group, [...(map.get(item.group) ?? []), item])
  return map
}

const results = []
for (const [group, members] of groups) {
  const chosen = members.filter(({ title }) => wanted.test(`${group}: ${title}`))
  if (!chosen.length) continue
  test(group, { concurrency: AT_ONCE }, async (t) => {
    await Promise.all(chosen.map(({ title, run }) => t.test(title, { timeout: SLOW_MS }, async (t) => {
      const address = { host: '127.0.0.1', port: server.port }
      const behaviour = await run(address).catch((error) => {
        results.push({ group, title, behaviour: 'FAILED' })
        throw error
      })
      assert.ok(['OK', 'NON-STRICT', 'INFORMATIONAL'].includes(behaviour))
      results.push({ group, title, behaviour })
      if (behaviour !== 'OK') t.diagnostic(behaviour)
    })))
  })
}

after(() => {
  const summary = [...groups.keys()].map((group) => {
    const of = (behaviour) => results.filter((result) => result.group === group && result.behaviour === behaviour)
    return { group, ok: of('OK').length, nonStrict: of('NON-STRICT').map(({ title }) => title), informational: of('INFORMATIONAL').map(({ title }) => title).sort(), failed: of('FAILED').map(({ title }) => title) }
  })
  report('echo', { groups: summary })
})
