import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { toDateTime, type ActionDeliveriesRow } from '@leadline/warehouse'
import { openTestWarehouse, uuid, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { createRecordingTerminal } from '../../test-support/recording-terminal.ts'
import { makeTemporaryDirectory } from '../../test-support/temporary-directory.ts'
import { runCli } from '../main.ts'

describe('the commands for actions', () => {
  let database: TestWarehouse
  before(async () => {
    database = await openTestWarehouse()
    await deliver(1, { state: 'done', attempts: 1, status: 200 })
    await deliver(2, {
      state: 'parked',
      attempts: 7,
      error: 'HTTP 500',
      message: '{"lead":"p@acme.example"}',
    })
    await deliver(3, { state: 'parked', rule: 'cold', attempts: 1, error: 'HTTP 410' })
  })
  after(async () => await database.stop())

  const at = toDateTime(Date.now() - 60_000)
  const deliver = async (n: number, row: Partial<ActionDeliveriesRow>): Promise<void> => {
    const firing = { ws: 1, node_id: uuid(n), message_id: `m${n}`, rule: row.rule ?? 'hot', lead_id: uuid(n) }
    const given = { at, stage: 'hot', version: '1' }
    await database.warehouse.insert('action_deliveries_raw', [
      {
        ...firing,
        ...given,
        delivery_id: uuid(n),
        action: 'webhook crm',
        state: 'due',
        created_at: at,
        next_at: at,
        attempts: 0,
        status: 0,
        error: '',
        latency_ms: 12,
        message: '',
        ...row,
      },
    ])
    await database.warehouse.insert('rule_firings', [
      { ...firing, ...given, fired_at: at, facts: '{}', owner: '' },
    ])
  }

  let config = ''
  const run = async (...argv: readonly string[]) => {
    const terminal = createRecordingTerminal()
    const exitCode = await runCli([...argv, '--config', config], terminal)
    return { exitCode, lines: terminal.lines, error: terminal.errors.join('\n') }
  }

  test('show what became of what rules did, and hand over again what waits', async (t) => {
    const directory = await makeTemporaryDirectory(t)
    config = join(directory, 'leadline.yaml')
    const { url, user, password } = database
    await writeFile(
      config,
      JSON.stringify({
        workspaces: [
          {
            identityKey: 'an-identity-key-of-a-test',
            writeKeys: [{ name: 'site', key: 'write-key-of-a-test' }],
          },
        ],
        stream: { kind: 'embedded', directory: join(directory, 'stream') },
        warehouse: { kind: 'clickhouse', url, user, password },
      }),
    )

    const all = await run('actions', 'log')
    assert.equal(all.lines.length, 3)
    assert.ok(all.lines.some((line) => line.includes('parked') && line.includes('(try 7, 12 ms)  HTTP 500')))
    assert.doesNotMatch(all.lines.join(), /@acme/)
    const parked = await run('actions', 'log', '--filter', 'state=parked,rule=hot', '--json')
    assert.deepEqual(
      parked.lines.map((line) => JSON.parse(line).delivery_id),
      [uuid(2)],
    )
    assert.match((await run('actions', 'log', '--filter', 'colour=red')).error, /needs K=V with one of rule/)

    assert.equal((await run('actions', 'retry')).exitCode, 1)
    assert.deepEqual((await run('actions', 'retry', '--filter', 'rule=hot', '--json')).lines, [
      '{"retried":1}',
    ])
    assert.deepEqual((await run('actions', 'retry', '--all')).lines, ['Handed over: 1.'])
    assert.deepEqual((await run('actions', 'log', '--filter', 'state=parked')).lines, [
      'No rule has done anything of that yet.',
    ])
    assert.equal((await run('actions', 'log', '--filter', 'state=due')).lines.length, 2)
  })
})
