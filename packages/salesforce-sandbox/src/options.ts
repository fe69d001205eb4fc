import { z } from 'zod'

export const FIXTURES = ['small', 'b2b-5k', 'b2b-100k'] as const

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
  /** Days without a refresh after which a refresh token is dead; null for never. */
  refreshIdleDays: z.number().positive().nullable().default(null),
  /** Checks JWT bearer assertions; null refuses that flow. */
  jwtPublicKeyPem: z.string().nullable().default(null),
  /** An administrator has blocked it. */
  blocked: z.boolean().default(false),
  /** False lets in only users who may use any client. */
  installed: z.boolean().default(true),
  /** Passwords by user name, for the flow of that name; nobody has one when not given. */
  passwords: z.record(z.string(), z.string()).default({}),
})

const features = z
  .strictObject({
    /** Accounts may be people. */
    personAccounts: z.boolean().default(false),
    /** States and countries are picklists, each with a code beside its name. */
    statePicklists: z.boolean().default(false),
    /** A conversion fills custom fields of the contact that have the same name on the lead. */
    leadConvertCopiesFields: z.boolean().default(true),
    /** Standard objects with change events; custom objects always have them. */
    cdcEntities: z.array(z.string()).default(['Lead', 'Contact', 'Account', 'Opportunity', 'Task']),
    /** How many of them an org may have without paying more. */
    cdcMaxEntities: z.number().int().positive().default(5),
    /** How long a `/meta/connect` is held, in real time. */
    cdcConnectMs: z.number().int().positive().default(110_000),
    /** A CometD request must bring the cookie of its handshake. */
    cdcRequireSticky: z.boolean().default(false),
    /** How far searches lag behind what is saved. */
    searchLagMs: z.number().int().min(0).default(0),
  })
  .refine(({ cdcEntities, cdcMaxEntities }) => cdcEntities.length <= cdcMaxEntities, {
    message: 'more cdcEntities than the org may have (cdcMaxEntities)',
  })

const limits = z.strictObject({
  dailyApi: z.number().int().positive().default(100_000),
  dailyApiUsed: z.number().int().min(0).default(0),
  dataStorageMB: z.number().positive().default(10_240),
  /** Requests that may be open for more than 20 seconds at a time. */
  concurrentLong: z.number().int().positive().default(25),
  /** Change and platform events that are delivered in a day; beyond them subscribers get none. */
  deliveredEvents: z.number().int().min(0).default(100_000),
  /** Shown in Sforce-Limit-Info: `1/750`; null for nothing. */
  apiBursts: z.string().nullable().default(null),
  /** A save waits this long for a row that another one holds. */
  lockWaitMs: z.number().int().positive().default(10_000),
  /** What each write takes, its rows locked for as long; automations add to it. */
  transactionMs: z.number().int().min(0).default(0),
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
  /** What the Organization says of itself. */
  sandbox: z.boolean().default(false),
  edition: z.string().default('Enterprise'),
  apiVersions: z.array(z.string().regex(/^\d+\.0$/)).default(['58.0', '62.0', '66.0', '67.0']),
  /** Where a virtual clock starts. */
  clock: z.iso.datetime().default('2026-11-20T09:00:00.000Z'),
  clockMode: z.enum(['virtual', 'wall']).default('virtual'),
  /** Folder of the journal; without it the org lives in memory. */
  dataDir: z.string().min(1).optional(),
  /** SFDX source folders whose objects, fields and permission sets the org has. */
  schemaDirs: z.array(z.string()).default([]),
  fixtures: z.enum(FIXTURES).default('small'),
  limits: limits.default(() => limits.parse({})),
  features: features.default(() => features.parse({})),
  /** Token answers say how long a session lasts; the platform's web flow does not. */
  expiresIn: z.boolean().default(false),
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
