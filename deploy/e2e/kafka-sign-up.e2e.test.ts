import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBroker } from '@leadline/stream/test-broker'
import { startLeadline } from '../test-support/run-leadline.ts'
import { makeTemporaryDirectory } from '../test-support/temporary-directory.ts'
import { assertSignUpReachesSalesforce } from './sign-up-journey.ts'

test('with a configuration that names Kafka the same sign-up arrives the same way', async (t) => {
  const broker = await startBroker()
  t.after(() => broker.wipe())
  const directory = await makeTemporaryDirectory(t)
  const config = join(directory, 'own.yaml')
  await writeFile(
    config,
    `stream: { kind: kafka, brokers: [${broker.brokers.map((address) => `"${address}"`).join(', ')}], replication: 1 }\n`,
  )
  const leadline = await startLeadline(t, directory, '--port', '0', '--config', config)
  await assertSignUpReachesSalesforce(t, leadline, 'kafka')
  assert.equal(await leadline.stop(), 0)
})
