import { z } from 'zod'

const clientId = z.string().min(1).describe('Consumer key of the app in Salesforce')
const clientSecret = z.string().min(1)

const clientCredentials = z
  .strictObject({ flow: z.literal('client-credentials'), clientId, clientSecret })
  .describe('Runs as the user that the app names; needs the My Domain address as loginUrl')

const webServer = z
  .strictObject({
    flow: z.literal('web-server'),
    clientId,
    clientSecret: clientSecret.optional().describe('Not for public apps'),
    redirectUri: z
      .url({ protocol: /^http$/, hostname: /^(?:localhost|127\.0\.0\.1)$/ })
      .default('http://localhost:1717/callback')
      .describe('Where `salesforce connect` waits for the browser; it stands in the app as well'),
    tokenKey: z.string().min(16).describe('Secret; encrypts the tokens that are kept in ClickHouse'),
  })
  .describe('Runs as the user who consents in `salesforce connect`')

const jwt = z
  .strictObject({
    flow: z.literal('jwt'),
    clientId,
    username: z.string().min(1).describe('User of the org that the app is approved for'),
    privateKey: z.string().min(1).describe('RSA key in PEM whose certificate the app has'),
    audience: z.url().optional().describe('Login host as Salesforce knows it, when it is not loginUrl'),
  })
  .describe('Runs as the named user, without a secret of the app')

/** How we log in. */
export const auth = z.discriminatedUnion('flow', [clientCredentials, webServer, jwt])

/** What we may use of the org's calls, which all that is connected to it share. */
export const api = z.strictObject({
  sharePercent: z.number().positive().max(100).default(50).describe('Of the daily limit of the org'),
  callsPerDay: z.int().positive().optional().describe('The same in calls; wins over the share'),
  stopAtPercent: z
    .number()
    .positive()
    .max(100)
    .default(80)
    .describe('When the whole org has used so much, by anybody, our less important calls begin to stop'),
  maxConcurrent: z.int().min(1).max(25).default(5).describe('Calls that are open at once'),
})
