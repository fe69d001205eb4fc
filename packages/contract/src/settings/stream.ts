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

const kafkaStream = z.strictObject({
  kind: z.literal('kafka'),
  brokers: z.array(z.string().regex(/^[^:]+:\d+$/, 'must be host:port')).min(1),
  clientId: z.string().default('leadline'),
  ssl: z.boolean().default(false),
  sasl: z
    .strictObject({
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
      username: z.string(),
      password: z.string(),
    })
    .optional(),
  replication: z.int().min(1).default(3).describe('Copies that each topic must have'),
  compression: z.enum(['none', 'zstd', 'gzip']).default('none'),
})

/** The durable log: beside the services, or Kafka. */
export const stream = z.discriminatedUnion('kind', [embeddedStream, kafkaStream])
