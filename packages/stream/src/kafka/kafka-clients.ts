import type { Kafka, KafkaConfig, SASLOptions } from 'kafkajs'
import { readFileSync } from 'node:fs'
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

/** Told, in kafkajs' words, of each failure that it tries to overcome by itself. */
export type OnTrouble = (message: string) => void

/** For readers and administration, which outlast the restart of a broker: about 15 s. */
export const createReadingClient = (settings: KafkaSettings, onTrouble?: OnTrouble): Kafka =>
  createClient(settings, { retries: 15, initialRetryTime: 100, maxRetryTime: 1500 }, onTrouble)

function createClient(
  settings: KafkaSettings,
  retry: NonNullable<KafkaConfig['retry']>,
  onTrouble?: OnTrouble,
): Kafka {
  const { Kafka, logLevel } = loadKafkaJs()
  return new Kafka({
    brokers: [...settings.brokers],
    clientId: settings.clientId,
    ssl: toTls(settings),
    ...(settings.sasl && { sasl: toSasl(settings.sasl) }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry,
    // What goes wrong is told through the interface: rejected appends, onFailure.
    logLevel: onTrouble ? logLevel.ERROR : logLevel.NOTHING,
    ...(onTrouble && { logCreator: () => (entry) => onTrouble(entry.log.message) }),
  })
}

/** Throws with the setting whose file cannot be read. */
function toTls({ ssl, sslFiles = {} }: KafkaSettings): NonNullable<KafkaConfig['ssl']> {
  const files = Object.entries(sslFiles).flatMap(([name, file]) =>
    file === undefined ? [] : [[name, readPem(name, file)]],
  )
  return ssl && files.length > 0 ? Object.fromEntries(files) : ssl
}

function readPem(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`stream.sslFiles.${name}: ${file} cannot be read; correct the path or its rights`, {
      cause: error,
    })
  }
}

function toSasl({ mechanism, ...login }: NonNullable<KafkaSettings['sasl']>): SASLOptions {
  if (mechanism === 'plain') return { mechanism, ...login }
  return mechanism === 'scram-sha-256' ? { mechanism, ...login } : { mechanism, ...login }
}
