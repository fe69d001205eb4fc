import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createRecordingTerminal } from '../test-support/recording-terminal.ts'
import { makeTemporaryDirectory } from '../test-support/temporary-directory.ts'
import { commands } from './commands/index.ts'
import { runCli } from './main.ts'

async function run(...argv: string[]) {
  const terminal = createRecordingTerminal()
  const exitCode = await runCli(argv, terminal)
  return { exitCode, output: terminal.lines.join('\n'), error: terminal.errors.join('\n') }
}

describe('help', () => {
  test('without a command lists all of them', async () => {
    const { exitCode, output } = await run()
    assert.equal(exitCode, 0)
    for (const { name, summary } of commands) assert.ok(output.includes(name) && output.includes(summary))
  })

  for (const { name, flags } of commands) {
    test(`of ${name} states its flags and exit codes`, async () => {
      const { exitCode, output } = await run(name, '--help')
      assert.equal(exitCode, 0)
      for (const flag of Object.keys(flags)) assert.ok(output.includes(`--${flag}`))
      assert.match(output, /Exit codes\n {2}0 {2}/)
    })
  }
})

describe('a wrong call', () => {
  const cases = [
    { argv: ['strat'], says: 'leadline: unknown command strat; did you mean start?' },
    {
      argv: ['explode'],
      says: `leadline: unknown command explode; known: ${commands.map(({ name }) => name).join(', ')}`,
    },
    { argv: ['start', '--prot', '1'], says: 'leadline: unknown flag --prot; did you mean --port?' },
    {
      argv: ['status', '--verbose'],
      says: 'leadline: unknown flag --verbose; known: --data, --email, --json',
    },
    { argv: ['start', '--port'], says: 'leadline: --port needs a value: --port N' },
    { argv: ['start', '--port', '--seed', '1'], says: 'leadline: --port needs a value: --port N' },
    {
      argv: ['start', '--port', 'http'],
      says: 'leadline: --port needs a whole number from 0 to 65531, not "http"',
    },
    {
      argv: ['start', '--port', '65535'],
      says: 'leadline: --port needs a whole number from 0 to 65531, not "65535"',
    },
    { argv: ['status', '--json=yes'], says: 'leadline: --json takes no value' },
    { argv: ['start', 'now'], says: 'leadline: "now" is not expected here; flags begin with --' },
    {
      argv: ['simulate', '--to', 'http://127.0.0.1:1'],
      says: 'leadline: --to needs the write key as well: --key K',
    },
  ]
  for (const { argv, says } of cases) {
    test(`leadline ${argv.join(' ')}`, async () => {
      assert.deepEqual(await run(...argv), { exitCode: 1, output: '', error: says })
    })
  }
})

describe('without an instance', () => {
  test('status says so with exit code 3', async (t) => {
    const directory = await makeTemporaryDirectory(t)
    assert.deepEqual(await run('status', '--data', directory), {
      exitCode: 3,
      output: '',
      error: `leadline: nothing runs on ${directory}; \`npm start\` starts it`,
    })
    assert.deepEqual(await run('status', '--data', directory, '--json'), {
      exitCode: 3,
      output: '{"running":false}',
      error: '',
    })
  })

  test('simulate says what it needs', async (t) => {
    const directory = await makeTemporaryDirectory(t)
    const { exitCode, error } = await run('simulate', '--data', directory)
    assert.equal(exitCode, 1)
    assert.match(
      error,
      /^leadline: nothing runs on .*; start it with `npm start`, or give --to URL and --key K$/,
    )
  })

  test('reset has nothing to delete', async (t) => {
    const directory = await makeTemporaryDirectory(t)
    const { exitCode, output } = await run('reset', '--data', directory)
    assert.equal(exitCode, 0)
    assert.equal(output, `There is no instance in ${directory}.`)
  })
})

describe('check', () => {
  test('finds the default file good', async (t) => {
    const directory = await makeTemporaryDirectory(t)
    const { exitCode, output, error } = await run('check', '--data', directory)
    assert.deepEqual(
      { exitCode, output, error },
      { exitCode: 0, output: 'The default file is good.', error: '' },
    )
  })

  test('names every problem of a file', async (t) => {
    const directory = await makeTemporaryDirectory(t)
    const file = join(directory, 'leadline.yaml')
    await writeFile(file, 'colector: {}\nconsole: { port: none }\n')
    const { exitCode, error } = await run('check', '--config', file, '--data', directory)
    assert.equal(exitCode, 1)
    assert.match(error, /console\.port: needs a whole number/)
    assert.match(error, /colector: unknown key; did you mean collector\?/)
    const { output } = await run('check', '--config', file, '--data', directory, '--json')
    assert.match(output, /^\{"ok":false,"problems":\[".*"\],"warnings":\[\]\}$/)
  })

  test('warns of a cookie that is renewed beside the one of the tag, and finds the file good', async (t) => {
    const directory = await makeTemporaryDirectory(t)
    const file = join(directory, 'leadline.yaml')
    await writeFile(file, 'collector: { cookie: { renew: true } }\n')
    const { exitCode, error } = await run('check', '--config', file, '--data', directory)
    assert.equal(exitCode, 0)
    assert.match(error, /^leadline: collector\.cookie\.renew without collector\.cookie\.domain: /)
    await writeFile(file, 'collector: { cookie: { renew: true, domain: shop.example } }\n')
    assert.equal((await run('check', '--config', file, '--data', directory)).error, '')
  })

  test('names the files that are not there, or are none', async (t) => {
    const directory = await makeTemporaryDirectory(t)
    const file = join(directory, 'leadline.yaml')
    const collector = (tagFile: string, geo: string): string =>
      `collector: { tagFile: "${tagFile}", geo: { file: "${geo}" } }\n`
    await writeFile(file, collector('/nowhere/tag.js', directory))
    const { exitCode, error } = await run('check', '--config', file, '--data', directory)
    assert.equal(exitCode, 1)
    assert.match(error, /collector\.tagFile: \/nowhere\/tag\.js does not exist; correct the path/)
    assert.match(error, /collector\.geo\.file: .* is not a file; correct the path/)
    await writeFile(file, collector(file, file))
    assert.equal((await run('check', '--config', file, '--data', directory)).exitCode, 0)
  })

  test('--alone fills nothing in', async (t) => {
    const directory = await makeTemporaryDirectory(t)
    const file = join(directory, 'leadline.yaml')
    await writeFile(file, 'collector: { port: 8080 }\n')
    assert.equal((await run('check', '--config', file, '--data', directory)).exitCode, 0)
    const { exitCode, error } = await run('check', '--config', file, '--alone')
    assert.equal(exitCode, 1)
    assert.match(error, /workspaces: is missing/)
  })

  test('--schema prints the JSON Schema', async () => {
    const { exitCode, output } = await run('check', '--schema')
    assert.equal(exitCode, 0)
    const schema: unknown = JSON.parse(output)
    assert.ok(typeof schema === 'object' && schema !== null && 'properties' in schema)
  })

  test('a file that is not there is named', async () => {
    const { exitCode, error } = await run('check', '--config', '/nowhere.yaml')
    assert.equal(exitCode, 1)
    assert.equal(error, 'leadline: /nowhere.yaml cannot be read; --config must name a leadline.yaml')
  })
})
