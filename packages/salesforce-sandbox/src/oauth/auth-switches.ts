import { z } from 'zod'

/** How logins go wrong until an administrator says otherwise. */
export const authSwitchesSchema = z.object({
  /** Answers of the consent step that say no, still to come. */
  denials: z.number().int().min(0).default(0),
  /** What every token call answers, e.g. `invalid_app_access` or `invalid_grant` with `ip restricted`. */
  tokenError: z.object({ error: z.string(), description: z.string() }).nullable().default(null),
  /** Client ids that an administrator has blocked. */
  blocked: z.array(z.string()).default([]),
  /** Users whose every API call is refused although they can log in. */
  highAssurance: z.array(z.string()).default([]),
  /** Answers that tokens give, once the org has been refreshed. */
  orgId: z.string().nullable().default(null),
  /** Where the org has moved to; calls at the old address are refused. */
  instanceUrl: z.string().nullable().default(null),
  /** Shows a consent page instead of saying yes at once. */
  isInteractive: z.boolean().default(false),
  /** Who says yes when a login names nobody. */
  loginAs: z.string().nullable().default(null),
  /** Presenting a rotated refresh token again ends its whole family. */
  detectsReuse: z.boolean().default(true),
})
export type AuthSwitches = z.infer<typeof authSwitchesSchema>
