import { loadSettings } from '@leadline/config'
import { z } from 'zod'
import type { EmbeddedServerOptions } from './start.ts'

const optionsSchema = z.strictObject({
  directory: z.string().min(1),
  port: z.int().min(0).max(65_535),
  host: z.enum(['127.0.0.1', 'localhost', '::1']).default('127.0.0.1'),
  user: z.string().min(1),
  password: z.string().min(1),
  readerPassword: z.string().min(1),
  lockWaitMs: z.int().min(0).optional(),
  maxBodyBytes: z.int().min(1).optional(),
})
export type EmbeddedServerArgument = z.input<typeof optionsSchema>

/**
 * Options of the process: one JSON argument, else section `warehouse` of the file that LEADLINE_CONFIG names. The file
 * is for real passwords, since arguments can be read by every user of a machine.
 */
export async function readConfig(argument: string | undefined): Promise<EmbeddedServerOptions> {
  if (argument !== undefined) return optionsSchema.parse(JSON.parse(argument))
  const { warehouse } = await loadSettings(process.env)
  if (warehouse.kind !== 'embedded') {
    throw new Error('warehouse.kind is clickhouse: there is no embedded server to start')
  }
  const { hostname, port } = new URL(warehouse.url)
  const { directory, user, password, readerPassword } = warehouse
  return optionsSchema.parse({
    directory,
    user,
    password,
    readerPassword,
    host: hostname.replace(/[[\]]/g, ''),
    port: Number(port),
  })
}
