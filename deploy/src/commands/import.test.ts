import assert from 'node:assert/strict'
import { readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openLab, type ResolverLab } from '@leadline/resolver/test-support/resolver-lab.ts'
import { toSettings } from '@leadline/resolver/test-support/settings.ts'
import { z } from 'zod'
import { createRecordingTerminal } from '../../test-support/recording-terminal.ts'
import { makeTemporaryDirectory } from '../../test-support/temporary-directory.ts'
import { runCli } from '../main.ts'

const EVENT = (n: number) => ({
  type: 'track',
  event: 'Paid',
  userId: 'ann',
  messageId: `old-${n}`,
  timestamp: '2025-03-01T10:00:00.000Z',
  sentAt: '2025-03-01T10:00:01.000Z',
  receivedAt: `2025-03-01T10:00:0${n % 10}.000Z`,
})

describe('leadline import', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(5)
    await lab.start()
  })
  after(async () => await lab.close())

  async function importFile(
    t: TestContext,
    { name, text, slug }: { name: string; text: string | Buffer; slug: string },
    ...flags: string[]
  ) {
    const directory = await makeTemporaryDirectory(t)
    const file = join(directory, name)
    await writeFile(file, text)
    return { file, ...(await run(file, slug, flags)) }
  }

  async function run(file: string, slug: string, flags: readonly string[] = []) {
    const config = `${file}.yaml`
    const { url, user, password, readerPassword } = lab.database
    await writeFile(
      config,
      JSON.stringify({
        workspaces: toSettings(5).workspaces,
        stream: { kind: 'embedded', directory: lab.streamDirectory },
        warehouse: { kind: 'embedded', directory: 'unused', url, user, password, readerPassword },
      }),
    )
    const terminal = createRecordingTerminal()
    const argv = ['import', '--in', file, '--config', config, '--workspace', slug, ...flags]
    const exitCode = await runCli(argv, terminal)
    await lab.settle()
    return { exitCode, output: terminal.lines.join('\n'), errors: terminal.errors }
  }

  const read = async (ws: number, sql: string) =>
    await lab.warehouse.query(sql, { row: z.record(z.string(), z.unknown()), params: { ws } })

  test('an archive keeps its times, and importing it twice doubles nothing', async (t) => {
    const text = gzipSync([1, 2, 3].map((n) => `${JSON.stringify(EVENT(n))}\n`).join(''))
    const archive = { name: 'archive.gz', text, slug: 'w1' }
    const { exitCode, output } = await importFile(t, archive)
    assert.equal(exitCode, 0)
    assert.equal(output, '3 events sent, 0 records rejected.')
    await importFile(t, archive)
    const [row] = await read(
      1,
      'SELECT count() AS n, toString(toDate(min(ts))) AS day FROM events WHERE ws = {ws:UInt32}',
    )
    assert.deepEqual(row, { n: '3', day: '2025-03-01' })
  })

  test('people without a time are known since the file was written, however often it is imported', async (t) => {
    const file = join(await makeTemporaryDirectory(t), 'undated.csv')
    await writeFile(file, 'email,plan\neve@undated.io,gold\n')
    for (const source of ['first', 'again']) {
      await utimes(file, new Date(), new Date('2026-02-03T10:00:00Z'))
      await run(file, 'w5', ['--kind', 'leads', '--source', source])
    }
    const found = await read(
      5,
      'SELECT toString(toDate(ts)) AS day, toString(d) AS filed FROM events WHERE ws = {ws:UInt32}',
    )
    assert.deepEqual(found, [{ day: '2026-02-03', filed: '2026-02-03' }])
  })

  test('known people become leads, with their columns as traits', async (t) => {
    const text =
      'email,firstName,plan,timestamp\nann@acme.io,Ann,gold,2024-01-01T00:00:00Z\n,Bob,,\n"bo""b@acme.io",Bo,,\n'
    const { exitCode, errors } = await importFile(
      t,
      { name: 'people.csv', text, slug: 'w2' },
      '--kind',
      'leads',
    )
    assert.equal(exitCode, 2)
    assert.equal(errors.length, 1)
    assert.match(errors[0] ?? '', /record 2: email: a lead needs/)
    const leads = await read(
      2,
      'SELECT primary_email, name, traits FROM leads WHERE ws = {ws:UInt32} ORDER BY primary_email',
    )
    const [ann] = leads
    assert.equal(ann?.['primary_email'], 'ann@acme.io')
    assert.match(String(ann?.['traits']), /"plan":"gold"/)
  })

  test('a CSV of events, packed, has objects by dots, and rejected records go to a file', async (t) => {
    const rejected = join(await makeTemporaryDirectory(t), 'rejected')
    const text =
      'type,event,userId,timestamp,properties.url\ntrack,Seen,ann,2025-01-01T00:00:00Z,https://x.test/\ntrack,,ann,2025-01-01T00:00:00Z,\n'
    const packed = { name: 'events.csv.gz', text: gzipSync(`\ufeff${text}`), slug: 'w3' }
    const { exitCode } = await importFile(t, packed, '--rejected', rejected)
    assert.equal(exitCode, 2)
    assert.match(await readFile(rejected, 'utf8'), /"record":2,"reason":"event: /)
    const [row] = await read(3, 'SELECT properties FROM events WHERE ws = {ws:UInt32}')
    assert.deepEqual(row, { properties: '{"url":"https://x.test/"}' })
  })

  test('goes on where it was broken off, and refuses to when the file has changed', async (t) => {
    const directory = await makeTemporaryDirectory(t)
    const file = join(directory, 'events.jsonl')
    const text = `\ufeff${[1, 2, 3, 4].map((n) => `${JSON.stringify(EVENT(n))}\r\n`).join('')}`
    await writeFile(file, text)
    const position = { bytes: Buffer.byteLength(text), records: 3, sent: 3, rejected: 0 }
    await writeFile(`${file}.position`, JSON.stringify(position))
    const { exitCode, output } = await run(file, 'w4')
    assert.equal(exitCode, 0)
    assert.equal(output, '4 events sent, 0 records rejected.')
    assert.deepEqual(await read(4, 'SELECT message_id FROM events WHERE ws = {ws:UInt32}'), [
      { message_id: 'old-4' },
    ])
    await writeFile(`${file}.position`, JSON.stringify({ ...position, bytes: 1 }))
    const refused = await run(file, 'w4')
    assert.equal(refused.exitCode, 1)
    assert.match(refused.errors.at(-1) ?? '', /another size/)
  })
})
