import { z } from 'zod'

const embeddedStream = z.strictObject({
  kind: z.literal('embedded'),
  directory: z.string().min(1),
  maxBytes: z
    .int()
    .min(1)
    .default(20 * 1024 ** 3)
    .describe('At this size appends are refused (503)'),
})

const spool = z.strictObject({
  directory: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Local disk on which the collector keeps events while Kafka is away; without it they are refused then',
    ),
  maxBytes: z
    .int()
    .min(1)
    .default(10 * 1024 ** 3)
    .describe('At this size events are refused (503) while Kafka is away'),
  afterMs: z
    .int()
    .min(100)
    .default(800)
    .describe('Longest that the collector waits for Kafka before events go to the spool, in ms'),
})

const pemFile = z.string().min(1).optional()

const sslFiles = z
  .strictObject({
    ca: pemFile.describe('Authorities that vouch for the brokers; default those of Node'),
    cert: pemFile.describe('Certificate by which brokers know this client; with key'),
    key: pemFile.describe('Key of that certificate, not encrypted'),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    message: 'cert and key are given together or not at all',
  })
  .optional()
  .describe('PEM files for ssl')

const kafkaStream = z
  .strictObject({
    kind: z.literal('kafka'),
    brokers: z.array(z.string().regex(/^[^:]+:\d+$/, 'must be host:port')).min(1),
    clientId: z.string().default('leadline'),
    ssl: z.boolean().default(false).describe('TLS to the brokers'),
    sslFiles,
    sasl: z
      .strictObject({
        mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
        username: z.string(),
        password: z.string(),
      })
      .optional(),
    replication: z.int().min(1).default(3).describe('Copies that each topic must have'),
    compression: z.enum(['none', 'zstd', 'gzip']).default('none'),
    spool: spool.prefault({}),
  })
  .refine(({ ssl, sslFiles }) => ssl || sslFiles === undefined, {
    path: ['sslFiles'],
    message: 'is for ssl: true',
  })

/** The durable log: beside the services, or Kafka. */
export const stream = z.discriminatedUnion('kind', [embeddedStream, kafkaStream])
