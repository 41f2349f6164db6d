// Random scripts of client actions give the same transcript over WebSocket and over long poll, and when clients of both mix.
//   ROOST_SEED=42      plays one script and shows it if the transcripts differ
//   ROOST_SCRIPTS=N    plays N scripts; ROOST_FIRST_SEED=N: from this seed on
//   ROOST_SHARDS=N     shards of the server, 2 if not said
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { contractServer } from '../../tools/server.mjs'
import { play } from './lib/play.mjs'
import { report } from './lib/report.mjs'
import { makeScript } from './lib/script.mjs'
import { difference, lanes } from './lib/transcript.mjs'

const one = process.env.ROOST_SEED
const first = Number(one ?? process.env.ROOST_FIRST_SEED ?? 1)
const count = one ? 1 : Number(process.env.ROOST_SCRIPTS ?? 200)
const shards = Number(process.env.ROOST_SHARDS ?? 2)
const AT_ONCE = 8 // scripts; enough to keep two cores busy

let server
before(async () => (server = await contractServer({ shards })))
after(() => server.stop())

const choices = {
  websocket: () => 'websocket',
  longpoll: () => 'longpoll',
  'both, mixed': (client) => (client % 2 ? 'websocket' : 'longpoll'),
}

/** Plays one script on every choice of transports; the difference as text, if there is one. */
async function compare(seed) {
  const script = makeScript(seed)
  const address = { host: '127.0.0.1', port: server.port }
  let reference
  for (const [title, transport] of Object.entries(choices)) {
    const transports = script.users.map((_, client) => transport(client))
    const id = `x${process.pid}x${seed}x${transports[0][0]}${transports[1][0]}x`
    try {
      const found = lanes(script, await play(script, address, transports, id))
      const differs = reference && difference(reference, found)
      if (differs) return `websocket against ${title}\n${differs}`
      reference ??= found
    } catch (error) {
      return `${title}: ${error.message}`
    }
  }
  return undefined
}

test(`${count} random scripts give the same transcript on every transport`, { timeout: 3600_000 }, async (t) => {
  const failures = []
  let seed = first
  let messages = 0
  const work = async () => {
    while (seed < first + count && failures.length < 5) {
      const mine = seed++
      const wrong = await compare(mine)
      messages += makeScript(mine).steps.reduce((sum, { batch }) => sum + (batch?.length ?? 1), 0)
      if (wrong) failures.push(`ROOST_SEED=${mine}\n${wrong}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  t.diagnostic(`${seed - first} scripts, ${messages} actions, seeds ${first} to ${seed - 1}`)
  report('differential', { scripts: seed - first, actions: messages, failed: failures.length })
  if (one && failures.length) t.diagnostic(JSON.stringify(makeScript(first), null, 1))
  assert.ok(failures.length === 0, failures.join('\n'))
})
