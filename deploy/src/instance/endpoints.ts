import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { readIfThere, writePrivateFile } from './private-file.ts'

const url = z.string().nullable()

const endpointsSchema = z.looseObject({
  /** Of the supervising process. */
  pid: z.number(),
  collector: z.string(),
  console: url,
  sandbox: url,
  demo: url,
  workspace: z.number(),
  writeKey: z.string(),
  secretKey: z.string().nullable(),
  clickhouse: z.object({ url: z.string(), user: z.string(), password: z.string() }).nullable(),
  sandboxClient: z.object({ id: z.string(), secret: z.string() }).nullable(),
  /** Where /metrics is of those that have no door of their own; null without a port in the settings. */
  metrics: z.object({ resolver: url, crmSync: url }).optional(),
})

/** How to reach a running instance: `endpoints.json`. URLs have no trailing slash; null: not running here. */
export type Endpoints = z.output<typeof endpointsSchema>

export const writeEndpoints = (path: string, endpoints: Endpoints): Promise<void> =>
  writePrivateFile(path, `${JSON.stringify(endpoints, null, 2)}\n`)

/** Undefined when no instance says that it is ready. */
export async function readEndpoints(path: string): Promise<Endpoints | undefined> {
  const text = await readIfThere(path)
  return text === undefined ? undefined : endpointsSchema.parse(JSON.parse(text))
}

export const removeEndpoints = (path: string): Promise<void> => rm(path, { force: true })
