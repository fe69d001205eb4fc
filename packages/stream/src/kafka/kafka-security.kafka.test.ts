import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  collect,
  openWithTopic,
  temporaryDirectory,
  toValue,
  topicName,
} from '../../test-support/stream-lab.ts'
import type { KafkaSettings } from './kafka-clients.ts'
import { until } from '../../test-support/until.ts'
import { startBroker, type Broker } from '../../test-broker/broker.ts'
import { openStream } from '../index.ts'
import { join } from 'node:path'

const LOGIN = { username: 'leadline', password: 'a-password-of-a-test' }

let broker: Broker
before(async () => {
  broker = await startBroker({ secured: LOGIN })
})
after(() => broker?.wipe())

function settings(more: Partial<KafkaSettings> = {}): KafkaSettings {
  assert.ok(broker.secured)
  const { broker: address, caFile, certFile, keyFile } = broker.secured
  return {
    kind: 'kafka',
    brokers: [address],
    clientId: 'security',
    ssl: true,
    sslFiles: { ca: caFile, cert: certFile, key: keyFile },
    sasl: { mechanism: 'plain', ...LOGIN },
    replication: 1,
    compression: 'none',
    ...more,
  }
}

/** Why an append fails, with all its causes. */
async function whyRefused(more: Partial<KafkaSettings>): Promise<string> {
  const stream = await openStream(settings(more), { appendDeadlineMs: 2000 })
  try {
    await stream.append(topicName(), [toValue({ key: 'k', id: 1 })])
    return 'appended'
  } catch (error) {
    const told: string[] = []
    for (let at: unknown = error; at instanceof Error; at = at.cause) told.push(at.message)
    return told.join(': ')
  } finally {
    await stream.close()
  }
}

describe('Kafka behind TLS, a certificate of the client and a login', () => {
  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
    test(`values are appended and read with ${mechanism}`, async (t) => {
      const { stream, topic } = await openWithTopic(t, settings({ sasl: { mechanism, ...LOGIN } }))
      await stream.append(topic, [toValue({ key: 'k', id: 1 })])
      const { marks } = await collect(stream, { topic, group: `g-${topic}` })
      await until('the value has arrived', () => marks.length > 0)
      assert.deepEqual(marks, [{ key: 'k', id: 1 }])
    })
  }

  test('a wrong password, an unknown authority and a missing certificate are told as what they are', async () => {
    const ca = broker.secured?.caFile
    const isTold = (more: Partial<KafkaSettings>, reason: RegExp): Promise<void> =>
      until(`it is told: ${reason}`, async () => reason.test(await whyRefused(more)))
    await isTold({ sasl: { mechanism: 'scram-sha-512', ...LOGIN, password: 'another' } }, /authentication/i)
    await isTold({ sslFiles: undefined }, /self-signed certificate/)
    await isTold({ sslFiles: { ca } }, /certificate required|bad certificate|closed|reset/i)
  })

  test('a file that is not there stops the start and is named', async (t) => {
    const ca = join(temporaryDirectory(t), 'none.pem')
    await assert.rejects(
      openStream(settings({ sslFiles: { ca } })),
      /stream\.sslFiles\.ca: .*none\.pem cannot be read/,
    )
  })
})
