import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { invalidBatches, invalidEvents } from '@leadline/contract/fixtures'
import { refusalCodes, statusOf } from './refusals.ts'

test('every code of the contract is one of ours', () => {
  for (const { code } of [...invalidEvents, ...invalidBatches]) assert.ok(refusalCodes.includes(code), code)
})

test('every code is in the README with its status', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  for (const code of refusalCodes)
    assert.match(readme, new RegExp(`^\\| \`${code}\` +\\| ${statusOf(code)} +\\|`, 'm'))
})

test('the README names no other code', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const named = [...readme.matchAll(/^\| `([a-z_]+)` +\| \d{3} +\|/gm)].map(([, code]) => code)
  assert.deepEqual(new Set(named), new Set(refusalCodes))
  assert.equal(named.length, refusalCodes.length)
})
