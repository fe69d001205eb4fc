import { z } from 'zod'

const client = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  /** Exact matches only. */
  redirectUris: z.array(z.string()).default([]),
  requirePkce: z.boolean().default(true),
  rotateRefresh: z.boolean().default(false),
  /** Id or user name of the user that client credentials run as; null refuses that flow. */
  runAsUser: z.string().nullable().default(null),
  approvalsPerUser: z.number().int().positive().default(5),
})

const limits = z.strictObject({
  dailyApi: z.number().int().positive().default(100_000),
  dailyApiUsed: z.number().int().min(0).default(0),
  dataStorageMB: z.number().positive().default(10_240),
  pageSize: z.number().int().positive().default(2000),
  uriMaxBytes: z.number().int().positive().default(16_384),
})

/** Everything about an org that is data. */
export const settingsSchema = z.strictObject({
  /** Loopback port; 0 picks a free one. */
  port: z.number().int().min(0).max(65_535).default(0),
  /** Tokens and keys derive from it. */
  seed: z.number().int().default(1),
  orgId: z.string().length(18).default('00D000000000001EAA'),
  apiVersions: z.array(z.string().regex(/^\d+\.0$/)).default(['58.0', '62.0', '66.0', '67.0']),
  /** Where a virtual clock starts. */
  clock: z.iso.datetime().default('2026-11-20T09:00:00.000Z'),
  clockMode: z.enum(['virtual', 'wall']).default('virtual'),
  /** Folder of the journal; without it the org lives in memory. */
  dataDir: z.string().min(1).optional(),
  /** SFDX source folders whose objects, fields and permission sets the org has. */
  schemaDirs: z.array(z.string()).default([]),
  fixtures: z.literal('small').default('small'),
  limits: limits.default(() => limits.parse({})),
  sessionMinutes: z.number().positive().default(120),
  /** Newest requests kept in the log. */
  logEntries: z.number().int().positive().default(100_000),
  clients: z.array(client).default([]),
})

export type Settings = z.infer<typeof settingsSchema>
export type Client = z.infer<typeof client>

export type SandboxOptions = z.input<typeof settingsSchema> & {
  /** Time source of `clockMode: 'wall'`, in ms; Date.now when not given. */
  readonly now?: () => number
  /** Told of what should not happen; a process warning when not given. */
  readonly onError?: (error: unknown) => void
}
