// What the compatibility page states, out of the reports that the suites left. Only what every run of the same tests gives alike.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const SHARDS = [1, 4]
const SUITES = [...SHARDS.map((shards) => `conformance-${shards}`), 'client', 'third-party', 'languages', 'differential', 'echo']
const NOT_OF_CLIENTS = ['files.test.mjs'] // of test/client: no Phoenix in it

/** The facts, or throws an Error that names the report that is missing or has a failure in it. */
export function factsFrom(folder) {
  const reports = Object.fromEntries(SUITES.map((suite) => [suite, read(folder, suite)]))
  const failures = SUITES.filter((suite) => failed(suite, reports[suite]))
  if (failures.length) throw new Error(`not all tests of this run passed: ${failures.join(', ')}`)
  const [results, others] = SHARDS.map((shards) => reports[`conformance-${shards}`].results)
  if (results.length !== others.length) throw new Error('the conformance suite ran other cases on 1 shard than on 4')
  return {
    conformance: results.length,
    clients: clients(results, reports['third-party'].clients),
    languages: languages(reports.languages.clients),
    official: officialTests(reports.client.files),
    rules: rules(results),
    areas: areas(results),
    advisory: results.filter(({ advisory }) => advisory).length,
    differential: { scripts: reports.differential.scripts, actions: reports.differential.actions },
    echo: echo(reports.echo.groups),
  }
}

function read(folder, suite) {
  try {
    return JSON.parse(readFileSync(join(folder, `${suite}.json`), 'utf8'))
  } catch (error) {
    throw new Error(`no report of the suite ${suite}: ${error.message}`)
  }
}

function failed(suite, report) {
  if (suite.startsWith('conformance')) return report.failed > 0 || report.results.length === 0
  if (suite === 'client') return Object.values(report.files).some((file) => file.failed > 0)
  if (suite === 'third-party' || suite === 'languages') return report.clients.some(({ ok }) => !ok)
  if (suite === 'differential') return report.failed > 0
  return report.groups.some((group) => group.failed.length > 0)
}

const clientGroup = /^client (\S+) (websocket|longpoll)$/

/** {name, vsn, websocket, longpoll}; the numbers are tests. */
function clients(results, thirdParty) {
  const all = new Map()
  const count = (name, vsn, transport) => {
    const client = all.get(name) ?? { name, vsn, websocket: 0, longpoll: 0 }
    client[transport]++
    all.set(name, client)
  }
  for (const { group } of results) {
    const [, version, transport] = clientGroup.exec(group) ?? []
    if (version) count(`phoenix ${version}`, 'V2', transport)
  }
  for (const { client, vsn, transport } of thirdParty) count(client, vsn, transport)
  return [...all.values()].sort(newestFirst)
}

// Phoenix's own first, the newest of them before the others.
function newestFirst(a, b) {
  const own = ({ name }) => name.startsWith('phoenix ')
  if (own(a) !== own(b)) return own(a) ? -1 : 1
  return own(a) ? b.name.localeCompare(a.name, 'en', { numeric: true }) : a.name.localeCompare(b.name, 'en', { numeric: true })
}

/** By client: {client, transport, versions: ['V1', …], tests}. */
function languages(results) {
  const all = new Map()
  for (const { client, transport, vsn } of results) {
    const entry = all.get(client) ?? { client, transport, versions: new Set(), tests: 0 }
    entry.tests++
    entry.versions.add(vsn)
    all.set(client, entry)
  }
  return [...all.values()].map((entry) => ({ ...entry, versions: [...entry.versions].sort() })).sort((a, b) => a.client.localeCompare(b.client, 'en'))
}

function officialTests(files) {
  return Object.entries(files)
    .filter(([name]) => !NOT_OF_CLIENTS.includes(name))
    .reduce((sum, [, { passed }]) => sum + passed, 0)
}

/** By letter: {letter, ids: how many rules, cases: how many name one of them}. */
function rules(results) {
  const letters = new Map()
  for (const { rules } of results) {
    for (const letter of new Set(rules.map((id) => id[0]))) {
      const entry = letters.get(letter) ?? { letter, ids: new Set(), cases: 0 }
      entry.cases++
      for (const id of rules) if (id[0] === letter) entry.ids.add(id)
      letters.set(letter, entry)
    }
  }
  return [...letters.values()].map(({ letter, ids, cases }) => ({ letter, ids: ids.size, cases }))
}

/** The groups of the suite: {name, ids, cases}; without those of the clients. */
function areas(results) {
  const groups = new Map()
  for (const { group, rules } of results) {
    if (clientGroup.test(group)) continue
    const entry = groups.get(group) ?? { name: group, ids: new Set(), cases: 0 }
    entry.cases++
    for (const id of rules) entry.ids.add(id)
    groups.set(group, entry)
  }
  const byNumber = (a, b) => a.localeCompare(b, 'en', { numeric: true })
  return [...groups.values()]
    .map(({ name, ids, cases }) => ({ name, ids: [...ids].sort(byNumber), cases }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'))
}

/** By the number of the fuzzing client's group: {number, name, cases}. */
function echo(groups) {
  const sections = new Map()
  for (const { group, ok, nonStrict, informational } of groups) {
    const [, number, name] = /^(\d+) ([^,]+)/.exec(group)
    const entry = sections.get(number) ?? { number: Number(number), name, cases: 0 }
    entry.cases += ok + nonStrict.length + informational.length
    sections.set(number, entry)
  }
  return [...sections.values()].sort((a, b) => a.number - b.number)
}
