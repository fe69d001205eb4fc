import { z } from 'zod'

/**
 * The schema of `leadline.yaml`. Every key has a meaning, a type and a default; unknown keys are errors.
 * Secrets come by reference to the environment (`${NAME}`), which packages/config resolves first.
 */

const port = z.int().min(0).max(65535)
const url = z.url({ protocol: /^https?$/ })
const name = z.string().min(1).max(64)
const publicKey = z.string().min(8).max(128)

const writeKey = z.strictObject({
  name: name.describe('What the key is for; shown in logs instead of the key'),
  key: publicKey.describe('Public: it stands in the page'),
  origins: z.array(z.string()).default(['*']).describe('Origins of pages that may use the key; * for any'),
})

const secretKey = z.strictObject({
  name,
  key: publicKey.describe('For servers only; its statements about identity are trusted'),
})

const identity = z.strictObject({
  mailsPerUser: z.int().min(1).default(10).describe('A user id with more mails is void (rule R1)'),
  sharedMailsPerUser: z
    .int()
    .min(1)
    .default(3)
    .describe('A user id with this many mails of others is void (R1)'),
  sharedCookiesPerUser: z
    .int()
    .min(1)
    .default(20)
    .describe('A user id without mail on more shared cookies is void (R1)'),
  usersPerMail: z.int().min(1).default(10).describe('A mail claimed by more users is void (R2)'),
  cookiesPerMail: z.int().min(1).default(25).describe('A mail without user on more cookies is void (R2)'),
  usersPerLead: z.int().min(1).default(10).describe('Trusted aliases beyond this are refused (R3)'),
  junk: z.array(z.string()).default([]).describe('Further exact values that are never identifiers'),
})

const companies = z.strictObject({
  freeMail: z
    .array(z.string())
    .default([])
    .describe('Further mail domains that belong to nobody in particular'),
  notFreeMail: z.array(z.string()).default([]).describe('Listed free-mail domains that are a company here'),
})

const salesforce = z.strictObject({
  kind: z.literal('salesforce'),
  loginUrl: url.describe('My Domain address of the org, e.g. https://acme.my.salesforce.com'),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  apiVersion: z
    .string()
    .regex(/^\d{2}\.0$/)
    .default('62.0'),
  allowLoopback: z.boolean().default(false).describe('Accept a simulated org on this machine'),
  create: z.enum(['both', 'leads', 'companies', 'manual']).default('both'),
  holdDownMs: z.int().min(0).default(1000).describe('Quiet time after an identity change before a push'),
  maxHoldMs: z.int().min(0).default(3000).describe('Longest wait before a push'),
  refreshMs: z.int().min(1000).default(60_000).describe('How often the row of an open session is refreshed'),
  pollMs: z
    .int()
    .min(200)
    .default(30_000)
    .describe('How often changes are read from Salesforce; each time costs two or three API calls'),
  pollOverlapMs: z
    .int()
    .min(0)
    .default(600_000)
    .describe('How far each poll looks back: rows may commit late'),
})

const workspace = z.strictObject({
  id: z.int().min(0).max(0xffffffff).default(1),
  slug: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .default('default'),
  identityKey: z
    .string()
    .min(16)
    .describe('Secret; ids are keyed hashes with it. Never change it once data exists'),
  writeKeys: z.array(writeKey).min(1),
  secretKeys: z.array(secretKey).default([]),
  sessionTimeoutMinutes: z.int().min(1).default(30),
  identity: identity.prefault({}),
  companies: companies.prefault({}),
  crm: salesforce.optional(),
})

const collector = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: port.default(4400),
  publicUrl: url.optional().describe('What pages are told, when it differs from host and port'),
  trustedProxies: z
    .int()
    .min(0)
    .default(0)
    .describe('Proxies in front; that many X-Forwarded-For entries are believed'),
  tagFile: z.string().optional().describe('The built tag that is served as /leadline.js'),
  address: z
    .enum(['keep', 'truncate', 'drop'])
    .default('truncate')
    .describe('What is kept of the client address'),
})

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

export const settingsSchema = z.strictObject({
  workspaces: z.array(workspace).min(1),
  collector: collector.prefault({}),
  console: z.strictObject({ port: port.default(4401) }).prefault({}),
  stream: z.discriminatedUnion('kind', [embeddedStream, kafkaStream]),
  warehouse: z.discriminatedUnion('kind', [embeddedWarehouse, clickhouse]),
})

/** `leadline.yaml` after defaults: what every service starts from. */
export type Settings = z.output<typeof settingsSchema>
export type WorkspaceSettings = Settings['workspaces'][number]
export type CrmSettings = NonNullable<WorkspaceSettings['crm']>
export type IdentityLimits = WorkspaceSettings['identity']
