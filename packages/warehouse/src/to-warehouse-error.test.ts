import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClickHouseError } from '@clickhouse/client'
import { toWarehouseError } from './to-warehouse-error.ts'

test('a disk that takes nothing is named, and nothing else of the text', () => {
  const message = 'filesystem error: in create_directories: Read-only file system ["/data/ann@acme.io/"]'
  const error = toWarehouseError(new ClickHouseError({ message, code: '1001', type: 'STD_EXCEPTION' }))
  assert.equal(error.message, 'ClickHouse error 1001 STD_EXCEPTION Read-only file system')
})
