import type { Kafka, KafkaConfig, SASLOptions } from 'kafkajs'
import type { Settings } from '@leadline/contract'
import { loadKafkaJs } from './load-kafkajs.ts'

/** Without the spool, which is the business of whoever appends. */
export type KafkaSettings = Omit<Extract<Settings['stream'], { kind: 'kafka' }>, 'spool'>

export const REQUEST_TIMEOUT_MS = 3000
const CONNECTION_TIMEOUT_MS = 1000

/**
 * For appends. kafkajs must not repeat a send by itself: when it does so after a leader has moved, it takes an answer
 * of the new leader, given before, for the answer to the moved partition, and never sends that.
 */
export const createSendingClient = (settings: KafkaSettings): Kafka => createClient(settings, { retries: 0 })

/** For readers and administration, which outlast the restart of a broker: about 15 s. */
export const createReadingClient = (settings: KafkaSettings): Kafka =>
  createClient(settings, { retries: 15, initialRetryTime: 100, maxRetryTime: 1500 })

function createClient(settings: KafkaSettings, retry: NonNullable<KafkaConfig['retry']>): Kafka {
  const { Kafka, logLevel } = loadKafkaJs()
  return new Kafka({
    brokers: [...settings.brokers],
    clientId: settings.clientId,
    ssl: settings.ssl,
    ...(settings.sasl && { sasl: toSasl(settings.sasl) }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry,
    // What goes wrong is told through the interface: rejected appends, onFailure.
    logLevel: logLevel.NOTHING,
  })
}

function toSasl({ mechanism, ...login }: NonNullable<KafkaSettings['sasl']>): SASLOptions {
  if (mechanism === 'plain') return { mechanism, ...login }
  return mechanism === 'scram-sha-256' ? { mechanism, ...login } : { mechanism, ...login }
}
