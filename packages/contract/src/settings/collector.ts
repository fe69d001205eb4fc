import { z } from 'zod'
import { collectorLimits } from './collector-limits.ts'
import { port, url } from './fields.ts'

/** Lists of blocked names exist: whoever serves the tag from an address of their own can rename all of it. */
const tag = z.strictObject({
  scriptName: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*\.js$/)
    .default('leadline.js')
    .describe('Name of the script, beside leadline.js'),
  globalName: z
    .string()
    .regex(/^[A-Za-z_$][\w$]*$/)
    .default('leadline')
    .describe('Name of the browser global; the tag and its stub are built with it'),
  pathPrefix: z
    .string()
    .regex(/^(\/[A-Za-z0-9_-]+)*$/)
    .default('')
    .describe('Path under which the tag and all event routes are served too, e.g. /shop-data'),
  bundle: z
    .enum(['core', 'default', 'everything'])
    .default('default')
    .describe('What the tag is built from; everything has the automatic captures, see snippet/README.md'),
})

const cookie = z.strictObject({
  renew: z
    .boolean()
    .default(false)
    .describe("Set the tag's cookie again from the server with the script; Safari keeps it longer then"),
  domain: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/)
    .optional()
    .describe('Registrable domain of the pages, when the script comes from a sub-domain'),
})

/** The door for events. */
export const collector = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: port.default(4400),
  processes: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Processes that share the port; one for each core that may be spent on it'),
  limits: collectorLimits.prefault({}),
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
  bots: z
    .enum(['mark', 'drop'])
    .default('mark')
    .describe('Events of crawlers and driven browsers: stored with a mark, or answered and not stored'),
  geo: z
    .strictObject({
      file: z.string().optional().describe('MMDB database; gives country and region from the full address'),
    })
    .prefault({}),
  tag: tag.prefault({}),
  cookie: cookie.prefault({}),
  edge: z
    .strictObject({
      secret: z
        .string()
        .min(16)
        .optional()
        .describe('Shared with edge collectors; requests that they sign with it are taken at /v1/edge'),
    })
    .prefault({}),
})
