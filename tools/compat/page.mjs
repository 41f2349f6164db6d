// The compatibility page as text, out of the facts of a run (facts.mjs) and of what no test can tell.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../server.mjs'

const RULES = {
  F: 'messages on the wire: V1, V2, binary frames, strict JSON, choosing the version',
  U: 'URLs, path variables, nested query parameters',
  W: 'WebSocket: handshake, frames, fragments, closing codes, idle timeout, compression',
  O: '`check_origin` in all its forms',
  A: 'subprotocols, `authToken`',
  C: 'connect info',
  R: 'routing, joins, replies, pushes, refs of every JSON type',
  B: 'broadcasts, intercepts, other topics',
  D: 'a second join of the same topic',
  E: 'how a channel ends and what the client sees of it',
  S: 'socket ids, forced disconnect',
  G: 'draining a server that stops',
  X: 'what cannot be decoded',
  L: 'long polling',
  J: 'what the official client relies on',
  Q: 'Presence',
  M: 'a client that does not read',
}

const NO_LONGPOLL = {
  'phoenix 1.2.1': 'no ¹',
  'phoenix-socket 1.2.3': 'no ¹',
}
const REMARKS = {
  'phoenix-channels 1.0.0': ' (Node.js)',
  'phoenix-socket 1.2.3': ' (a fork of 1.2)',
  '@supabase/realtime-js 2.10.9': ' ²',
  '@supabase/realtime-js 2.119.0': ' ²',
}

const VERSIONS = { V1: '1.0.0', V2: '2.0.0' }
const TRANSPORTS = { websocket: 'WebSocket', longpoll: 'long poll' }

const cell = (tests) => (tests ? `✓ ${tests}` : '–')
const thousands = (number) => number.toLocaleString('en')

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function clientTable(clients) {
  return table(['client', '`vsn`', 'WebSocket', 'long poll'], clients.map(({ name, vsn, websocket, longpoll }) => [
    `${name}${REMARKS[name] ?? ''}`,
    VERSIONS[vsn],
    cell(websocket),
    NO_LONGPOLL[name] ?? cell(longpoll),
  ]))
}

function languageTable(languages) {
  return table(['language, library', '`vsn`', 'transport', 'tests'], languages.map(({ client, versions, transport, tests }) => [
    client,
    versions.map((version) => VERSIONS[version]).join(', '),
    TRANSPORTS[transport],
    cell(tests),
  ]))
}

/** A program of test/compat/languages, without its first line. */
const program = (file) => readFileSync(join(root, 'test/compat/languages', file), 'utf8').replace(/^#.*\n/, '').trimEnd()

function ruleTable(rules) {
  const known = rules.filter(({ letter }) => RULES[letter])
  if (known.length < rules.length) throw new Error('tools/compat/page.mjs does not know all letters of rules')
  const order = Object.keys(RULES)
  known.sort((a, b) => order.indexOf(a.letter) - order.indexOf(b.letter))
  return table(['rules', 'about', 'of them cited', 'cases'], known.map(({ letter, ids, cases }) => [letter, RULES[letter], ids, cases]))
}

const areaTable = (areas) => table(['group of cases', 'cases', 'rules'], areas.map(({ name, cases, ids }) => [name, cases, ids.join(' ')]))
const echoTable = (echo) => table(['group', 'cases'], echo.map(({ number, name, cases }) => [`${number} ${name}`, cases]))

// The figures that are not compared: those that only a full run has, and a number of tests that grows often.
const differential = ({ scripts, actions }) => `${thousands(scripts)} random scripts of ${thousands(actions)} client actions`
const officialTests = (count) => `${thousands(count)} more tests drive the newest client`

/** Those figures as a page states them: {official, differential}; without what it does not state. */
export function figuresOn(page) {
  const [scripts, actions] = numbers(/([\d,]+) random scripts of ([\d,]+) client actions/.exec(page))
  const [official] = numbers(/([\d,]+) more tests drive the newest client/.exec(page))
  return { ...(official && { official }), ...(scripts && { differential: { scripts, actions } }) }
}

const numbers = (match) => (match ?? []).slice(1).map((text) => Number(text.replaceAll(',', '')))

export function pageOf(facts) {
  const echoed = facts.echo.reduce((sum, { cases }) => sum + cases, 0)
  return `<!-- Made by ./dev compat out of its test runs; ./dev test fails when this page says something else than they do. -->

# Will my client work?

If it speaks Phoenix Channels: yes. Roost speaks that protocol and no dialect of it. Point the client at \`/socket\`, keep its code.

${clientTable(facts.clients)}

¹ Its long poll expects messages in a form that Phoenix gave up in 1.3: it does not work with Phoenix of today either.

² Channels, broadcasts and Presence, over the class \`RealtimeChannel\`. What Supabase's own server adds (\`postgres_changes\`, policies,
topics that begin with \`realtime:\`) is for your channels to answer.

A number is how many end-to-end tests of this client pass, on several threads of the server, and for the first three on a single one
too. The first three do everything: joins and their refusals, pushes, replies, late replies, broadcasts, binary payloads, Presence, crash and
rejoin, reconnect, the fallback from WebSocket to long poll, \`authToken\`, forced disconnect, a server that stops. The others connect, join,
push and get replies, hear broadcasts, see who is there, are refused, come back after a crash of the channel and after the loss of the
connection, and live on heartbeats. ${officialTests(facts.official)} with restarts, order under load, bad input, limits,
compression and draining.

A client that says no \`vsn\` speaks 1.0.0, as with Phoenix. \`2.0\` and \`2\` are no versions and are refused, as with Phoenix.

## No client in your language?

Then a WebSocket library is enough. This program joins, pushes, prints what it hears, leaves:

\`\`\`python
${program('v2.py')}
\`\`\`

The five parts of a message are explained in [wire.md](wire.md). Say something every minute, a WebSocket ping will do, or the connection
counts as dead. Tested like this, with libraries that know nothing of Phoenix, from Debian:

${languageTable(facts.languages)}

Programs in \`test/compat/languages\`; those of Python's \`websockets\` also with permessage-deflate, and with bytes as payload.

Debian 12 has no client of Phoenix Channels in any language. What we found on npm beyond the first table are wrappers around the official
client (hooks for React and the like), which share its row. Clients for Swift, Kotlin, C#, Dart, Elixir, Go, Rust and those on PyPI
exist and were not tried: neither Debian nor npm has them.

## What is tested

The rules are numbered facts about Phoenix, read from its sources and checked against running servers; tests cite them.

**The black-box suite** in \`test/conformance\`, which Phoenix 1.8 itself passes: ${facts.conformance} cases, all green on 1 and on 4 threads, and in
every test run under AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer too. ${facts.advisory} of them are advisory: there Phoenix differs from
web server to web server, and a case accepts what a list allows.

${ruleTable(facts.rules)}

A case may cite several rules. Tokens (rules K), the replicated set behind Presence (T) and pub/sub (P) never show on the wire as
such; they have unit tests with Phoenix's own vectors and simulations of a whole cluster.

<details><summary>Every group of cases, and the rules it looks at</summary>

${areaTable(facts.areas)}

</details>

**Both transports are one protocol.** ${differential(facts.differential)} give the same transcript over WebSocket, over long poll, and when clients of both
meet in one room.

**RFC 6455 and RFC 7692.** ${thousands(echoed)} cases with the behaviours that the Autobahn fuzzing client looks at, against an echo: none fails.
The fuzzing client itself (25.10.1, all 517 cases), run by hand in November 2026: 514 OK and 3 INFORMATIONAL, which judge nothing, on 1 and on 4
threads and under AddressSanitizer. Whoever has it repeats that with \`./dev autobahn\`.

<details><summary>By the groups of the fuzzing client</summary>

${echoTable(facts.echo)}

</details>

## What differs from Phoenix

Where a client can tell the difference:

| | Phoenix | Roost |
| --- | --- | --- |
| payloads that are only passed on | parsed and written anew: keys sorted, floats respelled | the sender's bytes, so 64-bit integers stay exact |
| JSON nested deeper than 1,024 levels | no limit | close code 1011 |
| one name twice in an object that is only passed on | the first is kept | both are, as the sender wrote them; your handlers see the first |
| a binary frame whose topic, event or ref is no UTF-8 | breaks later | close code 1011 at once |
| a ref over 64 KiB, a presence key over 16 KiB, a meta over 64 KiB | no limit | refused |
| more than 10,000 query parameters, or nested deeper than 32 | no limit | HTTP 400 |
| a client that does not read | its messages pile up in memory | past 8 MB: close code 1013, it comes back |
| a client that floods | no limit | past 100,000 messages or 1,000 joins a second: reply \`error\`, \`{"reason":"too many messages"}\` or \`"too many joins"\`; heartbeats are answered |
| more broadcasts than a thread of the server can take | its mailbox grows | past 64 MB the channels that missed one get \`phx_error\` and rejoin |
| more than 50,000 long-poll sessions on one thread | no limit | those that were never polled make room; HTTP 503 |
| a slow \`join\` | holds its connection up | the same, with at most 10,000 messages waiting each way; then 1008. A ping is answered, and a forced disconnect or a stop waits for nothing |
| what is broadcast on a topic while a \`join\` of it waits | missed | follows the reply |
| a busy channel | later messages of that channel wait | the same, at most 10,000; then \`phx_error\` |
| idle timeout | 1002 or 1000, by web server | 1002: a client stays away after 1000 |
| a server that stops | connections with channels: 1012, idle ones: 1000 | 1012 for all |
| \`disconnect\` on a long poll | noticed when the window is over | the waiting request is answered at once |
| bytes to a long poll that are no UTF-8 | the poll breaks, all messages in it are lost | that one message is dropped, and logged |
| an \`authToken\` that is no base64 | HTTP 500 | HTTP 403; the URL-safe alphabet is understood, too |
| an empty line in a batch of a long poll | ends the session | skipped |

Every limit is an option of its mount (\`include/roost/limits.hpp\`), counts what it refuses, and is reached over real connections by
\`test/client/limits.test.mjs\`; a server that stops, by \`drain.test.mjs\` beside it.

## What does not work

- **Sessions by cookie** (\`connect_info: [session: …]\`) and their CSRF token: a client that is known by a Phoenix session cookie has to bring a
  token instead (\`authToken\`, or a parameter), see the [guide](guide/tokens.md).
- **LiveView.** What its client shows is rendered by Elixir code on the server.
- **WebSocket over HTTP/2** (RFC 8441). Browsers use HTTP/1.1 for it then, by themselves; a proxy in front may speak HTTP/2 with them, see
  the [guide](guide/behind-a-proxy.md).
- **Custom \`encode\`/\`decode\`** of the official client, such as MessagePack: it works as soon as your server has the serializer for it
  (\`include/roost/serializer.hpp\`).
- **Erlang terms** in channels (transports of other makers, \`Phoenix.PubSub\` to an Elixir node): not spoken.

## See for yourself

\`\`\`sh
./dev compat                       # all of the above, then this page anew; two minutes
./dev contract --port 4000         # the server that the tests talk to, for a client of your own
\`\`\`

What that server's channels do is written down in [test/conformance/CONTRACT.md](../test/conformance/CONTRACT.md), less than two pages.
`
}
