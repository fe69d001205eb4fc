import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import { z } from 'zod'
import { startEmbeddedChild, type EmbeddedChild } from '../../test-support/embedded-child.ts'
import { createWarehouse } from '../create-warehouse.ts'
import { migrate } from '../migrate.ts'
import type { EventsRow } from '../tables.ts'
import { NIL_UUID, toDateTime, toDay } from '../values.ts'
import { startEmbeddedServer } from './start.ts'

const OWNER = { user: 'leadline', password: 'owner-password', readerPassword: 'reader-password' }
const count = z.object({ n: z.coerce.number() })

async function makeDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-embedded-'))
  context.after(async () => await rm(directory, { recursive: true, force: true }))
  return directory
}

/** Text of the answer to one statement. */
async function ask(
  url: string,
  sql: string,
  {
    user = 'leadline',
    search = '',
  }: { readonly user?: 'leadline' | 'reader'; readonly search?: string } = {},
): Promise<string> {
  const key = user === 'reader' ? OWNER.readerPassword : OWNER.password
  const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': key }
  const response = await fetch(`${url}/?${search}`, { method: 'POST', body: sql, headers })
  return `${response.status} ${await response.text()}`
}

describe('the embedded server', () => {
  let directory: string
  let server: EmbeddedChild
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'leadline-embedded-'))
    server = await startEmbeddedChild({ directory, port: 0, ...OWNER })
    await migrate({ url: server.url, ...OWNER })
  })
  after(async () => {
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  })

  test('answers 401 and code 516 to a wrong key, a wrong user and none', async () => {
    const tries: Record<string, string>[] = [
      { 'X-ClickHouse-User': 'leadline', 'X-ClickHouse-Key': 'wrong' },
      { 'X-ClickHouse-User': 'reader', 'X-ClickHouse-Key': OWNER.password },
      { 'X-ClickHouse-User': 'default' },
      { Authorization: `Basic ${Buffer.from('leadline:').toString('base64')}` },
      {},
    ]
    for (const headers of tries) {
      const response = await fetch(`${server.url}/?query=SELECT+1`, { headers })
      assert.equal(response.status, 401)
      assert.equal(response.headers.get('x-clickhouse-exception-code'), '516')
      assert.match(await response.text(), /^Code: 516\. DB::Exception: .*\(AUTHENTICATION_FAILED\)/)
    }
  })

  test('lets a GET change nothing', async () => {
    const headers = { 'X-ClickHouse-User': OWNER.user, 'X-ClickHouse-Key': OWNER.password }
    const response = await fetch(`${server.url}/?query=CREATE+TABLE+g+(a+UInt8)+ENGINE=Memory`, { headers })
    assert.equal(response.status, 403)
  })

  test('refuses a malformed address, body and setting in words', async () => {
    assert.match(await ask(server.url, ''), /^400 Code: 62.*Empty query/)
    assert.match(await ask(server.url, 'SELECT 1', { search: 'a%27b=1' }), /Code: 115/)
    const headers = {
      'X-ClickHouse-User': OWNER.user,
      'X-ClickHouse-Key': OWNER.password,
      'Content-Encoding': 'lz4',
    }
    const response = await fetch(server.url, { method: 'POST', body: 'SELECT 1', headers })
    assert.match(await response.text(), /Code: 48.*lz4/)
    const odd = await new Promise<number | undefined>((resolve, reject) => {
      request(server.url, { path: '//' }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end()
    })
    assert.ok(odd !== undefined && odd >= 400)
    assert.equal(await ask(server.url, 'SELECT 1'), '200 1\n')
  })

  test('keeps the data safe on disk before it answers', async () => {
    const sql =
      "SELECT count() FROM system.merge_tree_settings WHERE name LIKE 'fsync_%' AND value = '1' AND changed"
    assert.equal(await ask(server.url, sql), '200 2\n')
  })

  describe('as reader', () => {
    const allowed = [
      'SELECT count() FROM events',
      'SELECT count() FROM leads',
      'WITH 1 AS a SELECT a + 1 FROM sessions LIMIT 1',
      'SHOW TABLES',
      'DESCRIBE TABLE crm_links',
      "SELECT format('{} {}', 'file', 'x'), 'file(1)', \"name\" FROM leads -- file(",
      'EXPLAIN SELECT 1',
      'SELECT * FROM numbers(3)',
      'SELECT {a:UInt8}',
    ]
    for (const sql of allowed) {
      test(`may ${sql}`, async () => {
        assert.match(
          await ask(server.url, sql, { user: 'reader', search: 'database=leadline&param_a=1&max_threads=2' }),
          /^200 /,
        )
      })
    }

    for (const [asked, given] of [
      ['', '60'],
      ['&max_execution_time=0', '60'],
      ['&max_execution_time=600', '60'],
      ['&max_execution_time=5', '5'],
    ] as const) {
      test(`has ${given} s for a question that asks for ${asked || 'nothing'}`, async () => {
        const sql = "SELECT toString(getSetting('max_execution_time'))"
        const answer = await ask(server.url, sql, { user: 'reader', search: `database=leadline${asked}` })
        assert.match(answer, new RegExp(`^200 ${given}\\b`))
      })
    }

    const secret = (): string => join(directory, 'secret.txt')
    const refused: readonly ((path: string) => string)[] = [
      (path) => `SELECT * FROM file('${path}', LineAsString)`,
      (path) => `SELECT file('${path}')`,
      (path) => `SELECT FILE /* x */ ('${path}')`,
      (path) => `SELECT \`file\`('${path}')`,
      (path) => `SELECT "fi\\x6ce"('${path}')`,
      (path) => `SELECT “file”('${path}')`,
      (path) => `SELECT * APPLY(file) FROM (SELECT '${path}' AS a)`,
      (path) => `SELECT * APPLY file FROM (SELECT '${path}' AS a)`,
      (path) => `SELECT $$'$$, file('${path}'), $$'$$`,
      (path) => `WITH file('${path}') AS a SELECT a`,
      (path) => `DESCRIBE TABLE file('${path}')`,
      (path) => `EXPLAIN SYNTAX SELECT file('${path}')`,
      (path) => `file('${path}')`,
      (path) => `SELECT 1--1, file('${path}')\n, file('${path}')`,
      (path) => `SELECT 1 INTO OUTFILE '${path}.out'`,
      (path) => `SELECT * FROM sqlite('${path}.db', 't')`,
      (path) => `INSERT INTO FUNCTION file('${path}.out') SELECT 1`,
      () => "SELECT * FROM url('http://127.0.0.1:1/', LineAsString, 'a String')",
      () => "SELECT * FROM s3('http://127.0.0.1:1/bucket/a', CSV, 'a String')",
      () => "SELECT * FROM remote('127.0.0.1:1', system.one)",
      () => "SELECT * FROM executable('ls', TSV, 'a String')",
      () => "INSERT INTO settings VALUES (1, 'a', 'b', 1)",
      () => 'CREATE TABLE t (a UInt8) ENGINE = Memory',
      () => 'CREATE TEMPORARY TABLE t (a UInt8)',
      () => 'DROP TABLE settings',
      () => 'DROP VIEW events',
      () => 'TRUNCATE TABLE settings',
      () => 'ALTER TABLE settings DELETE WHERE 1',
      () => 'DELETE FROM settings WHERE 1',
      () => 'OPTIMIZE TABLE settings',
      () => 'SYSTEM FLUSH LOGS',
      () => 'KILL QUERY WHERE 1',
      () => 'SET readonly = 0',
      () => 'SELECT 1 SETTINGS readonly = 0',
      () => 'SELECT 1; DROP TABLE settings',
      () => "BACKUP TABLE settings TO File('x')",
      () => 'GRANT ALL ON *.* TO reader',
    ]
    for (const [i, build] of refused.entries()) {
      test(`may not ${build('FILE')}`, async () => {
        await writeFile(secret(), 'the-secret')
        const names = (await readdir(directory)).toSorted()
        for (const search of [
          'database=leadline',
          'database=leadline&readonly=0',
          `database=leadline&session_id=r${i}`,
        ]) {
          const answer = await ask(server.url, build(secret()), { user: 'reader', search })
          assert.doesNotMatch(answer, /^200|the-secret/)
        }
        assert.deepEqual((await readdir(directory)).toSorted(), names)
      })
    }
  })

  test('takes an INSERT of any length and format, in whatever directory, and refuses other long bodies', async (context) => {
    const small = await startEmbeddedChild({
      directory: join(await makeDirectory(context), '{a,b}'),
      port: 0,
      maxBodyBytes: 100_000,
      ...OWNER,
    })
    try {
      await ask(small.url, 'CREATE TABLE long (id UInt32, text String) ENGINE = MergeTree ORDER BY id')
      const lines = Array.from(
        { length: 20_000 },
        (_, id) => `${JSON.stringify({ id, text: 'x'.repeat(50) })}\n`,
      )
      const search = new URLSearchParams({ query: 'INSERT INTO long FORMAT JSONEachRow' })
      assert.equal(await ask(small.url, lines.join(''), { search: String(search) }), '200 ')
      assert.equal(await ask(small.url, 'SELECT count(), uniqExact(id) FROM long'), '200 20000\t20000\n')
      // Ten times a number whose bytes are line breaks, and no text.
      const binary = Array.from({ length: 10 }, () => '\n\n\n\n\0').join('')
      const query = 'INSERT INTO long (id, text) SETTINGS max_threads = 1 FORMAT RowBinary'
      assert.equal(await ask(small.url, binary, { search: String(new URLSearchParams({ query })) }), '200 ')
      assert.equal(await ask(small.url, 'SELECT count() FROM long WHERE id = 0x0a0a0a0a'), '200 10\n')
      assert.match(await ask(small.url, `SELECT '${'x'.repeat(200_000)}'`), /^413 Code: 307/)
    } finally {
      await small.stop()
    }
  })
})

describe('the process of the embedded server', () => {
  test('names directory and holder when another one has the data, and takes over when that one goes', async (context) => {
    const directory = await makeDirectory(context)
    const first = await startEmbeddedChild({ directory, port: 0, ...OWNER })
    await assert.rejects(
      startEmbeddedChild({ directory, port: 0, lockWaitMs: 300, ...OWNER }),
      (error: Error) => {
        assert.ok(error.message.includes(directory))
        assert.match(error.message, new RegExp(`in use by process ${first.process.pid};`))
        return true
      },
    )
    assert.equal(await ask(first.url, 'SELECT 1'), '200 1\n')
    const waiting = startEmbeddedChild({ directory, port: 0, lockWaitMs: 20_000, ...OWNER })
    await first.kill()
    const second = await waiting
    assert.equal(await ask(second.url, 'SELECT 2'), '200 2\n')
    await second.stop()
  })

  test('names a port that is in use', async (context) => {
    const first = await startEmbeddedChild({ directory: await makeDirectory(context), port: 0, ...OWNER })
    const port = Number(new URL(first.url).port)
    const directory = await makeDirectory(context)
    await assert.rejects(startEmbeddedChild({ directory, port, ...OWNER }), /EADDRINUSE/)
    await first.stop()
  })

  test('finishes what it has in hand when it is told to stop', async (context) => {
    const server = await startEmbeddedChild({ directory: await makeDirectory(context), port: 0, ...OWNER })
    const answer = ask(server.url, 'SELECT sleep(1), 5')
    await until(async () => (await ask(server.url, 'SELECT count() FROM system.processes')) === '200 2\n')
    await server.stop()
    assert.equal(await answer, '200 0\t5\n')
    assert.equal(server.process.exitCode, 0)
  })

  test('ends when its parent dies', async (context) => {
    const directory = await makeDirectory(context)
    const parentFile = join(directory, 'parent.mts')
    const support = join(import.meta.dirname, '..', '..', 'test-support', 'embedded-child.ts')
    await writeFile(
      parentFile,
      `import { startEmbeddedChild } from ${JSON.stringify(support)}
       const child = await startEmbeddedChild(JSON.parse(process.argv[2]))
       process.send({ pid: child.process.pid, url: child.url })`,
    )
    const argument = { directory: join(directory, 'clickhouse'), port: 0, ...OWNER }
    const parent = fork(parentFile, [JSON.stringify(argument)], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const [message] = await once(parent, 'message')
    const { pid } = z.object({ pid: z.number() }).parse(message)
    assert.ok(isAlive(pid))
    parent.kill('SIGKILL')
    await until(async () => !isAlive(pid))
  })

  test('keeps every acknowledged event over kill -9, once', async (context) => {
    const directory = await makeDirectory(context)
    const acknowledged = new Set<string>()
    for (let round = 0; round < 3; round++) {
      const server = await startEmbeddedChild({ directory, port: 0, ...OWNER })
      await migrate({ url: server.url, ...OWNER })
      const killed = insertUntilKilled(server, { round, acknowledged })
      await until(async () => acknowledged.size > (round + 1) * 1000)
      await server.kill()
      await killed
    }
    const server = await startEmbeddedChild({ directory, port: 0, ...OWNER })
    const warehouse = createWarehouse({ url: server.url, ...OWNER })
    const row = z.object({ message_id: z.string() })
    const found = await warehouse.query('SELECT message_id FROM events', { row })
    const ids = new Set(found.map(({ message_id }) => message_id))
    assert.equal(ids.size, found.length)
    assert.deepEqual(
      [...acknowledged].filter((id) => !ids.has(id)),
      [],
    )
    const [stored] = await warehouse.query('SELECT count() AS n FROM events', { row: count })
    assert.equal(stored?.n, ids.size)
    await warehouse.close()
    await server.stop()
  })
})

test('a platform without chDB gets one line that says what to do', async (context) => {
  const directory = join(await makeDirectory(context), 'data')
  const load = async (): Promise<never> => {
    throw new Error("Cannot find module '@chdb/lib-plan9-mips'")
  }
  await assert.rejects(startEmbeddedServer({ directory, port: 0, host: '127.0.0.1', ...OWNER, load }), {
    name: 'EngineUnsupported',
    message: /cannot be loaded on .*Linux \(glibc\) and macOS.*kind: clickhouse/,
  })
  await assert.rejects(access(directory))
})

/** Sends batches of 100 events, each batch twice, until the connection breaks; notes those that were acknowledged. */
async function insertUntilKilled(
  server: EmbeddedChild,
  run: { readonly round: number; readonly acknowledged: Set<string> },
): Promise<void> {
  const headers = { 'X-ClickHouse-User': OWNER.user, 'X-ClickHouse-Key': OWNER.password }
  const query = new URLSearchParams({
    query: 'INSERT INTO events_raw FORMAT JSONEachRow',
    database: 'leadline',
  })
  for (let batch = 0; ; batch++) {
    const ids = Array.from({ length: 100 }, (_, i) => `${run.round}-${batch}-${i}`)
    const body = ids.map((id) => JSON.stringify(toEvent(id))).join('\n')
    for (let copy = 0; copy < 2; copy++) {
      const status = await fetch(`${server.url}/?${String(query)}`, { method: 'POST', body, headers }).then(
        (response) => response.status,
        () => 0,
      )
      if (status === 0) return
      assert.equal(status, 200)
      for (const id of ids) run.acknowledged.add(id)
    }
  }
}

const toEvent = (messageId: string): Partial<EventsRow> => ({
  ws: 1,
  d: toDay(1_700_000_000_000),
  ts: toDateTime(1_700_000_000_000),
  message_id: messageId,
  node_id: NIL_UUID,
  first_copy: '1',
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    assert.ok(error instanceof Error)
    return false
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, 'the condition did not come about')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
