import assert from 'node:assert/strict'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { makeTemporaryDirectory } from '../../test-support/temporary-directory.ts'
import { drawSecrets, keepSecrets, readSecrets } from './secrets.ts'

const secretsIn = async (t: TestContext) => join(await makeTemporaryDirectory(t), 'secrets.json')

test('secrets are drawn once and kept, for their owner only', async (t) => {
  const path = await secretsIn(t)
  const first = await keepSecrets(path, undefined)
  assert.deepEqual(await keepSecrets(path, undefined), first)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
})

test('without a seed each directory has its own', () => {
  assert.notEqual(drawSecrets(undefined).LEADLINE_IDENTITY_KEY, drawSecrets(undefined).LEADLINE_IDENTITY_KEY)
})

test('a seed derives them: the same ones each time, others for another seed', () => {
  assert.deepEqual(drawSecrets(7), drawSecrets(7))
  const [one, other] = [Object.values(drawSecrets(7)), Object.values(drawSecrets(8))]
  assert.equal(new Set([...one, ...other]).size, one.length + other.length)
})

test('public and secret keys can be told apart', () => {
  const secrets = drawSecrets(undefined)
  assert.match(secrets.LEADLINE_WRITE_KEY, /^pub_[0-9a-f]{48}$/)
  assert.match(secrets.LEADLINE_SECRET_KEY, /^sec_[0-9a-f]{48}$/)
})

test('a seed that contradicts the keys of the data is refused', async (t) => {
  const path = await secretsIn(t)
  await keepSecrets(path, 7)
  await keepSecrets(path, 7)
  await assert.rejects(keepSecrets(path, 8), /holds other keys than --seed 8 gives/)
})

test('a damaged file is refused and left as it is', async (t) => {
  const path = await secretsIn(t)
  await writeFile(path, '{"LEADLINE_WRITE_KEY": "pub_12345678"')
  await assert.rejects(readSecrets(path), /cannot be used: it is missing or damaged/)
})
