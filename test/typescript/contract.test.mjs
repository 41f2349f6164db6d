// The pages' contract comes from C++: it stands in the repository as the server says it, and a field that is renamed in
// C++ breaks the page. Needs roost-demo and the package built.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import ts from 'typescript'
import { contractOf, file } from '../../tools/pages-contract.mjs'
import { binary, root } from '../../tools/server.mjs'

const build = join(root, 'build/release')
const page = join(root, 'examples/web')
const temporary = mkdtempSync(join(tmpdir(), 'roost-contract-'))
after(() => rmSync(temporary, { recursive: true, force: true }))

const sh = (command) => execFileSync('sh', ['-c', command], { cwd: build, stdio: ['ignore', 'ignore', 'inherit'] })

/** Builds roost-demo as ninja does, but with what `change` makes of the files of examples/clicks; the path of the program. */
function changedDemo(change) {
  cpSync(join(root, 'examples/clicks'), join(temporary, 'clicks'), { recursive: true })
  for (const name of ['tally', 'bar', 'clicks'].flatMap((module) => [`${module}.h`, `${module}.cc`])) {
    const path = join(temporary, 'clicks', name)
    writeFileSync(path, change(readFileSync(path, 'utf8')))
  }
  const commands = execFileSync('ninja', ['-t', 'commands', 'roost-demo'], { cwd: build, encoding: 'utf8' }).trim().split('\n')
  let link = commands.at(-1).replace(/ -o \S+/, ` -o ${join(temporary, 'demo')}`)
  for (const source of ['clicks/tally.cc', 'clicks/bar.cc', 'clicks/clicks.cc', 'demo/main.cc']) {
    const [object] = link.match(new RegExp(`\\S+/${source}\\.o`))
    const ours = join(temporary, source.replace('/', '-') + '.o')
    link = link.replace(object, ours)
    sh(
      commands
        .find((command) => command.includes(` -o ${object} `))
        .replace(` -o ${object} `, ` -o ${ours} `)
        .replace(/ -MD -MT \S+ -MF \S+/, '')
        .replace(' -O3 ', ' -O0 ')
        .replace(/ -I\S+\/examples /, (include) => ` -I${temporary}${include}`)
        .replace(/\S+\/examples\/clicks\/(\w+\.cc)$/, `${temporary}/clicks/$1`),
    )
  }
  sh(link)
  return join(temporary, 'demo')
}

/** What tsc says of the pages when `contract` is theirs. */
function errorsOfPages(contract) {
  const { config } = ts.readConfigFile(join(page, 'tsconfig.json'), ts.sys.readFile)
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, page)
  const host = ts.createCompilerHost(options)
  const { readFile } = host
  host.readFile = (path) => (path === join(root, file) ? contract : readFile(path))
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options, host))
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

test('the contract in the repository is what the server says', () => {
  assert.equal(readFileSync(join(root, file), 'utf8'), contractOf(binary('roost-demo')))
})

test('the pages fit it', () => {
  assert.deepEqual(errorsOfPages(contractOf(binary('roost-demo'))), [])
})

test('a field that is renamed in C++ breaks the page', () => {
  const contract = contractOf(changedDemo((text) => text.replace(/\bhits\b/g, 'clicked')))
  assert.match(contract, /readonly clicked: number/)
  const errors = errorsOfPages(contract)
  assert.ok(errors.length > 0)
  for (const error of errors) assert.match(error, /hits|clicked/)
})
