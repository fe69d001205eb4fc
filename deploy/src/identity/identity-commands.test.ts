import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openLab, type ResolverLab } from '@leadline/resolver/test-support/resolver-lab.ts'
import { IDENTITY_KEY } from '@leadline/resolver/test-support/settings.ts'
import { toEnvelope, type Happening } from '@leadline/resolver/test-support/world.ts'
import { createRecordingTerminal } from '../../test-support/recording-terminal.ts'
import { runCli } from '../main.ts'

const phone = '+49301234567'
const PEOPLE: readonly Happening[] = [
  { id: 'm1', at: 0, type: 'identify', m: 'ann@acme.io', a: 'c1', traits: { phone } },
  { id: 'm2', at: 90, type: 'identify', m: 'ann@other.io', a: 'c2', traits: { phone } },
  { id: 'm3', at: 100, type: 'identify', u: 'u1', m: 'bob@acme.io', a: 'c3' },
  { id: 'm4', at: 110, type: 'identify', u: 'u1', m: 'bob@home.io', a: 'c3' },
]

describe('commands about identity', () => {
  let lab: ResolverLab
  let directory = ''
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'leadline-identity-'))
    lab = await openLab(1)
    await lab.start()
    await lab.send(PEOPLE.map((happening) => toEnvelope(1, happening)))
    await lab.settle()
    const { url, user, password } = lab.database
    const workspace = { identityKey: IDENTITY_KEY, writeKeys: [{ name: 'site', key: 'public-key-of-tests' }] }
    const settings = {
      workspaces: [workspace],
      stream: { kind: 'embedded', directory: lab.streamDirectory },
      warehouse: { kind: 'clickhouse', url, user, password },
    }
    await writeFile(join(directory, 'leadline.yaml'), JSON.stringify(settings))
  })
  after(async () => {
    await lab.close()
    await rm(directory, { recursive: true, force: true })
  })

  async function run(...argv: readonly string[]) {
    const terminal = createRecordingTerminal()
    const exitCode = await runCli([...argv, '--config', join(directory, 'leadline.yaml')], terminal)
    return { exitCode, output: terminal.lines.join('\n'), error: terminal.errors.join('\n') }
  }

  async function preview(identity: object) {
    const file = join(directory, 'new.yaml')
    await writeFile(file, JSON.stringify({ workspaces: [{ identity }] }))
    return await run('identity', 'preview', '--with', file)
  }

  test('a plan names people by what they are known by', async () => {
    const { exitCode, output } = await run('identity', 'join', 'ann@acme.io', 'ann@other.io', '--dry-run')
    assert.equal(exitCode, 0)
    assert.match(output, /join would change 2 leads, 1 event, 1 session/)
    assert.match(output, /mail:ann@other\.io: mail:ann@other\.io -> mail:ann@acme\.io/)
  })

  test('so do suggestions', async () => {
    const { output } = await run('identity', 'suggestions')
    assert.match(
      output,
      /^same-phone {2}mail:ann@\w+\.io {2}mail:ann@\w+\.io {2}both named one phone number$/m,
    )
  })

  test('other limits are previewed: whose events would go where', async () => {
    const { exitCode, output } = await preview({ mailsPerUser: 1 })
    assert.equal(exitCode, 0)
    assert.equal(
      output,
      [
        '2 events of 3 leads would move:',
        ...['home', 'acme'].map((firm) => `  1: user:u1 -> mail:bob@${firm}.io`).sort(byLeadId(output)),
        'Nothing was changed.',
      ].join('\n'),
    )
    assert.equal((await preview({})).output, 'Nothing would move.')
  })

  test('limits that cannot be are refused by name', async () => {
    const { exitCode, error } = await preview({ mailsPerUser: 'many' })
    assert.equal(exitCode, 1)
    assert.match(error, /new\.yaml: workspaces\.0\.identity\.mailsPerUser: /)
  })

  test('there is no difference to all that is known', async () => {
    const { exitCode, output } = await run('reconcile', '--dry-run')
    assert.equal(exitCode, 0)
    assert.match(output, /identifiers compared, no difference\.$/)
  })
})

/** Lines of equal counts stand in the order of ids, which are hashes. */
const byLeadId =
  (output: string) =>
  (a: string, b: string): number =>
    output.indexOf(a) - output.indexOf(b)
