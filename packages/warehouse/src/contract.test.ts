import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import {
  ClickHouseError,
  ClickHouseLogLevel,
  createClient as createLoudClient,
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
} from '@clickhouse/client'
import { openTestWarehouse, type TestWarehouse } from '../test-support/test-warehouse.ts'

const createClient = (options: ClickHouseClientConfigOptions): ClickHouseClient =>
  createLoudClient({ log: { level: ClickHouseLogLevel.OFF }, ...options })

/** What the unmodified client can rely on, of the embedded server and of any server that CLICKHOUSE_URL names. */
describe('ClickHouse over HTTP', { concurrency: false }, () => {
  let testWarehouse: TestWarehouse
  let client: ClickHouseClient
  before(async () => {
    testWarehouse = await openTestWarehouse()
    const { url, user, password, database } = testWarehouse
    client = createClient({ url, username: user, password, database })
  })
  after(async () => {
    await client.close()
    await testWarehouse.stop()
  })

  const rows = async (query: string, params?: Record<string, unknown>): Promise<unknown[]> => {
    const result = await client.query({
      query,
      format: 'JSONEachRow',
      ...(params ? { query_params: params } : {}),
    })
    return await result.json()
  }
  const makeTable = async (name: string): Promise<void> => {
    await client.command({
      query: `CREATE TABLE ${name} (id UInt32, name String) ENGINE = MergeTree ORDER BY id`,
    })
  }
  const errorOf = async (promise: Promise<unknown>): Promise<ClickHouseError> => {
    const error = await promise.then(
      () => assert.fail('expected an error'),
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof ClickHouseError, String(error))
    return error
  }

  test('answers both kinds of ping', async () => {
    assert.deepEqual(await client.ping(), { success: true })
    assert.deepEqual(await client.ping({ select: true }), { success: true })
  })

  test('refuses a wrong password with code 516', async () => {
    const wrong = createClient({ url: testWarehouse.url, username: testWarehouse.user, password: 'wrong' })
    const error = await errorOf(wrong.query({ query: 'SELECT 1' }))
    assert.equal(error.code, '516')
    await wrong.close()
  })

  test('takes user and password in the url and in X-ClickHouse headers', async () => {
    const { url, user, password } = testWarehouse
    const inUrl = new URL(`${url}/?query=SELECT+1`)
    inUrl.searchParams.set('user', user)
    inUrl.searchParams.set('password', password)
    assert.equal(await (await fetch(inUrl)).text(), '1\n')
    const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password }
    assert.equal(await (await fetch(`${url}/`, { method: 'POST', body: 'SELECT 2', headers })).text(), '2\n')
  })

  describe('inserts', () => {
    test('an array of objects', async () => {
      await makeTable('i_array')
      const values = [
        { id: 1, name: "it's" },
        { id: 2, name: 'tab\tline\n' },
      ]
      await client.insert({ table: 'i_array', values, format: 'JSONEachRow' })
      assert.deepEqual(await rows('SELECT * FROM i_array ORDER BY id'), values)
    })

    test('an object stream', async () => {
      await makeTable('i_stream')
      const values = Readable.from(Array.from({ length: 1000 }, (_, id) => ({ id, name: `n${id}` })))
      await client.insert({ table: 'i_stream', values, format: 'JSONEachRow' })
      assert.deepEqual(await rows('SELECT count() AS c, sum(id) AS s FROM i_stream'), [
        { c: 1000, s: 499500 },
      ])
    })

    test('a CSV stream', async () => {
      await makeTable('i_csv')
      const values = Readable.from(['1,"a,b"\n', '2,"c\nd"\n'], { objectMode: false })
      await client.insert({ table: 'i_csv', values, format: 'CSV' })
      assert.deepEqual(await rows('SELECT name FROM i_csv ORDER BY id'), [{ name: 'a,b' }, { name: 'c\nd' }])
    })

    test('compact rows, and CSV with names', async () => {
      await makeTable('i_compact')
      await client.insert({ table: 'i_compact', values: [[1, 'a']], format: 'JSONCompactEachRow' })
      const csv = Readable.from(['name,id\n', 'b,2\n'], { objectMode: false })
      await client.insert({ table: 'i_compact', values: csv, format: 'CSVWithNames' })
      assert.deepEqual(await rows('SELECT * FROM i_compact ORDER BY id'), [
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
      ])
    })

    test('some columns, and all columns except some', async () => {
      await makeTable('i_columns')
      await client.insert({ table: 'i_columns', values: [{ id: 1 }], format: 'JSONEachRow', columns: ['id'] })
      const columns = { except: ['id'] as [string] }
      await client.insert({ table: 'i_columns', values: [{ name: 'x' }], format: 'JSONEachRow', columns })
      assert.deepEqual(await rows('SELECT * FROM i_columns ORDER BY name'), [
        { id: 1, name: '' },
        { id: 0, name: 'x' },
      ])
    })

    test('ready-made lines through exec', async () => {
      await makeTable('i_exec')
      const values = Readable.from([Buffer.from('{"id":1,"name":"a"}\n{"id":2,"name":"ü"}')], {
        objectMode: false,
      })
      const { stream } = await client.exec({ query: 'INSERT INTO i_exec FORMAT JSONEachRow', values })
      assert.equal((await stream.toArray()).length, 0)
      assert.deepEqual(await rows('SELECT name FROM i_exec ORDER BY id'), [{ name: 'a' }, { name: 'ü' }])
    })

    test('rows in the statement itself', async () => {
      await makeTable('i_values')
      await client.command({ query: "INSERT INTO i_values VALUES (1, 'a;b'), (2, 'c')" })
      assert.deepEqual(await rows('SELECT count() AS c FROM i_values'), [{ c: 2 }])
    })

    test('an INSERT SELECT', async () => {
      await makeTable('i_select')
      await client.command({ query: "INSERT INTO i_select SELECT number, 'x' FROM numbers(10)" })
      assert.deepEqual(await rows('SELECT count() AS c FROM i_select'), [{ c: 10 }])
    })

    test('nothing at all', async () => {
      await makeTable('i_nothing')
      await client.insert({ table: 'i_nothing', values: [], format: 'JSONEachRow' })
      assert.deepEqual(await rows('SELECT count() AS c FROM i_nothing'), [{ c: 0 }])
    })

    test('all rows or none, when one is wrong', async () => {
      await makeTable('i_wrong')
      const values = [
        { id: 1, name: 'a' },
        { id: 'not a number', name: 'b' },
      ]
      const error = await errorOf(client.insert({ table: 'i_wrong', values, format: 'JSONEachRow' }))
      assert.equal(error.code, '27')
      assert.deepEqual(await rows('SELECT count() AS c FROM i_wrong'), [{ c: 0 }])
    })

    test('reports written rows in the summary', async () => {
      await makeTable('i_summary')
      const values = [
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
      ]
      const { summary } = await client.insert({ table: 'i_summary', values, format: 'JSONEachRow' })
      assert.equal(summary?.written_rows, '2')
    })
  })

  test('compresses both ways when asked', async () => {
    await makeTable('gzip')
    const { url, user, password, database } = testWarehouse
    const zipped = createClient({
      url,
      username: user,
      password,
      database,
      compression: { request: true, response: true },
    })
    const values = Array.from({ length: 500 }, (_, id) => ({ id, name: 'n'.repeat(50) }))
    await zipped.insert({ table: 'gzip', values, format: 'JSONEachRow' })
    const whole = await zipped.query({ query: 'SELECT * FROM gzip ORDER BY id', format: 'JSON' })
    assert.deepEqual((await whole.json<unknown>()).data, values)
    const streamed = await zipped.query({ query: 'SELECT * FROM gzip ORDER BY id', format: 'JSONEachRow' })
    assert.deepEqual(await streamed.json(), values)
    await zipped.close()
  })

  describe('settings', () => {
    const setting = "SELECT getSetting('max_threads') AS n"

    test('hold for their own call and for no other', async () => {
      const result = await client.query({
        query: setting,
        format: 'JSONEachRow',
        clickhouse_settings: { max_threads: 3 },
      })
      assert.deepEqual(await result.json(), [{ n: 3 }])
      for (let i = 0; i < 5; i++) assert.notDeepEqual(await rows(setting), [{ n: 3 }])
    })

    test('that are unknown are refused', async () => {
      const clickhouse_settings: Record<string, string> = { no_such_setting: '1' }
      assert.equal((await errorOf(client.query({ query: 'SELECT 1', clickhouse_settings }))).code, '115')
    })

    test('max_execution_time ends a query with code 159', async () => {
      const clickhouse_settings = { max_execution_time: 1 }
      const query = 'SELECT count() FROM system.numbers'
      const error = await errorOf(client.query({ query, format: 'JSON', clickhouse_settings }))
      assert.equal(error.code, '159')
      assert.equal(error.type, 'TIMEOUT_EXCEEDED')
    })
  })

  describe('reads', () => {
    test('JSON with rows, statistics and quoted 64-bit integers on demand', async () => {
      const clickhouse_settings = { output_format_json_quote_64bit_integers: 1 } as const
      const query = 'SELECT toUInt64(18446744073709551615) AS n, number FROM numbers(2)'
      const answer = await (
        await client.query({ query, format: 'JSON', clickhouse_settings })
      ).json<unknown>()
      assert.deepEqual(answer.data, [
        { n: '18446744073709551615', number: '0' },
        { n: '18446744073709551615', number: '1' },
      ])
      assert.equal(answer.rows, 2)
      assert.equal(Number(answer.statistics?.rows_read), 2)
    })

    test('300,000 rows as a stream', async () => {
      const query = 'SELECT number AS id FROM numbers(300000)'
      const result = await client.query({ query, format: 'JSONEachRow' })
      let [count, sum] = [0, 0]
      for await (const batch of result.stream<{ id: number }>()) {
        for (const row of batch) {
          count += 1
          sum += row.json().id
        }
      }
      assert.deepEqual([count, sum], [300_000, 44_999_850_000])
    })

    test('an error in the middle of a stream as an error with its code', async () => {
      const query = "SELECT throwIf(number = 250000, 'too far') AS n FROM numbers(300000)"
      // One thread in small steps: otherwise the engine may meet the error before it has sent a row.
      const clickhouse_settings = { max_threads: 1, max_block_size: '1000' } as const
      const result = await client.query({ query, format: 'JSONEachRow', clickhouse_settings })
      let count = 0
      const error = await errorOf(
        (async () => {
          for await (const batch of result.stream()) count += batch.length
        })(),
      )
      assert.equal(error.code, '395')
      assert.match(error.message, /too far/)
      assert.ok(count < 250_001)
    })

    test('CSV and TSV as text', async () => {
      const query = "SELECT 1 AS a, 'x\ty' AS b"
      assert.equal(await (await client.query({ query, format: 'CSV' })).text(), '1,"x\ty"\n')
      assert.equal(await (await client.query({ query, format: 'TabSeparated' })).text(), '1\tx\\ty\n')
    })

    test('Parquet as bytes', async () => {
      const { stream } = await client.exec({ query: 'SELECT number FROM numbers(10) FORMAT Parquet' })
      const bytes = Buffer.concat(await stream.toArray())
      assert.equal(bytes.subarray(0, 4).toString(), 'PAR1')
      assert.equal(bytes.subarray(-4).toString(), 'PAR1')
    })

    test('ten at once', async () => {
      const all = await Promise.all(
        Array.from({ length: 10 }, (_, i) => rows('SELECT {i:UInt8} AS i', { i })),
      )
      assert.deepEqual(
        all.flat(),
        Array.from({ length: 10 }, (_, i) => ({ i })),
      )
    })
  })

  describe('parameters', () => {
    const cases: [type: string, value: unknown, expected: unknown][] = [
      ['UInt32', 4294967295, 4294967295],
      ['Int64', '-9007199254740993', '-9007199254740993'],
      ['Float64', 1.5, 1.5],
      ['Bool', true, true],
      ['String', "'; DROP TABLE x; --", "'; DROP TABLE x; --"],
      [
        'String',
        'back\\slash \t tab \n line \u0000 nul ü 漢 🙂',
        'back\\slash \t tab \n line \u0000 nul ü 漢 🙂',
      ],
      ['String', '', ''],
      ['Nullable(String)', null, null],
      ['UUID', '61f0c404-5cb3-11e7-907b-a6006ad3dba0', '61f0c404-5cb3-11e7-907b-a6006ad3dba0'],
      ["DateTime64(3, 'UTC')", '2026-11-21 10:00:00.123', '2026-11-21 10:00:00.123'],
      ['Date', '2026-11-21', '2026-11-21'],
      ['Array(String)', ["a'b", 'c,d', '[e]'], ["a'b", 'c,d', '[e]']],
      ['Array(Array(UInt8))', [[1, 2], [3]], [[1, 2], [3]]],
      ['Map(String, UInt8)', { a: 1, "b'": 2 }, { a: 1, "b'": 2 }],
    ]
    for (const [type, value, expected] of cases) {
      test(`${type} ${JSON.stringify(value)}`, async () => {
        const result = await client.query({
          query: `SELECT {value:${type}} AS value`,
          query_params: { value },
          format: 'JSONEachRow',
          clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
        })
        assert.deepEqual(await result.json(), [{ value: expected }])
      })
    }

    test('name a table', async () => {
      await makeTable('named')
      assert.deepEqual(await rows('SELECT count() AS c FROM {name:Identifier}', { name: 'named' }), [
        { c: 0 },
      ])
    })

    test('may be longer than a url can be', async () => {
      const ids = Array.from({ length: 20_000 }, () => '61f0c404-5cb3-11e7-907b-a6006ad3dba0')
      const query = 'SELECT length({ids:Array(UUID)}) AS n'
      const result = await client.query({
        query,
        query_params: { ids },
        format: 'JSONEachRow',
        use_multipart_params: true,
      })
      assert.deepEqual(await result.json(), [{ n: 20_000 }])
    })

    test('that are missing are refused, also after a call that had them', async () => {
      await rows('SELECT {there:String} AS x', { there: 'a' })
      assert.equal((await errorOf(client.query({ query: 'SELECT {there:String} AS x' }))).code, '456')
    })
  })

  describe('sessions', () => {
    test('keep temporary tables for those who name the session', async () => {
      const session_id = 'contract-session'
      await client.command({ query: 'CREATE TEMPORARY TABLE held (x UInt8)', session_id })
      await client.command({ query: 'INSERT INTO held VALUES (7)', session_id })
      const result = await client.query({ query: 'SELECT x FROM held', format: 'JSONEachRow', session_id })
      assert.deepEqual(await result.json(), [{ x: 7 }])
      assert.equal((await errorOf(client.query({ query: 'SELECT x FROM held' }))).code, '60')
    })

    test('are locked while a call runs', async () => {
      const session_id = 'contract-locked'
      const first = client.query({ query: 'SELECT sleep(1)', format: 'JSON', session_id })
      const tries = await Promise.all(
        Array.from({ length: 3 }, () =>
          client.query({ query: 'SELECT sleep(1)', format: 'JSON', session_id }).then(
            () => 'done',
            (error: unknown) => (error instanceof ClickHouseError ? error.code : String(error)),
          ),
        ),
      )
      await (await first).json()
      assert.ok(tries.includes('373'), tries.join())
    })
  })

  describe('errors', () => {
    const cases: [query: string, code: string, type: string][] = [
      ['SELECT * FROM no_such_table', '60', 'UNKNOWN_TABLE'],
      ['SELECT (1', '62', 'SYNTAX_ERROR'],
      ['SELECT 1; SELECT 2', '62', 'SYNTAX_ERROR'],
      ["SELECT toUInt8('x')", '6', 'CANNOT_PARSE_TEXT'],
      ['SELECT no_such_function(1)', '46', 'UNKNOWN_FUNCTION'],
    ]
    for (const [query, code, type] of cases) {
      test(`${code} for ${query}`, async () => {
        const error = await errorOf(client.query({ query, format: 'JSON' }))
        assert.deepEqual([error.code, error.type], [code, type])
      })
    }

    test('81 for a database that is not there', async () => {
      const { url, user, password } = testWarehouse
      const elsewhere = createClient({ url, username: user, password, database: 'no_such_database' })
      assert.equal((await errorOf(elsewhere.query({ query: 'SELECT 1' }))).code, '81')
      await elsewhere.close()
    })
  })

  test('stops the query of a caller who has gone', async () => {
    const controller = new AbortController()
    const mark = 'contract-aborted-query'
    const query = `SELECT '${mark}', count() FROM system.numbers WHERE number % 7 = 8`
    const isRunning = async (): Promise<boolean> => {
      const found =
        "SELECT count() AS c FROM system.processes WHERE position(query, {mark:String}) > 0 AND query LIKE '%system.numbers%'"
      return (
        JSON.stringify(await rows(`${found} AND query NOT LIKE '%system.processes%'`, { mark })) !==
        '[{"c":0}]'
      )
    }
    const clickhouse_settings = { cancel_http_readonly_queries_on_client_close: 1 } as const
    const running = client.query({
      query,
      format: 'JSON',
      abort_signal: controller.signal,
      clickhouse_settings,
    })
    const outcome = running.catch((error: unknown) => error)
    await until(isRunning)
    controller.abort()
    assert.match(String(await outcome), /aborted/)
    await until(async () => !(await isRunning()))
  })
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, 'the condition did not come about')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
