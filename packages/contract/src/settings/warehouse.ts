import { z } from 'zod'
import { url } from './fields.ts'

const embeddedWarehouse = z.strictObject({
  kind: z.literal('embedded'),
  directory: z.string().min(1),
  url,
  user: z.string().default('leadline'),
  password: z.string().min(1),
  readerPassword: z.string().min(1).describe('Of the read-only user `reader`'),
})

const clickhouse = z.strictObject({
  kind: z.literal('clickhouse'),
  url,
  user: z.string().default('default'),
  password: z.string().default(''),
})

/** ClickHouse: embedded, or a server. */
export const warehouse = z.discriminatedUnion('kind', [embeddedWarehouse, clickhouse])
