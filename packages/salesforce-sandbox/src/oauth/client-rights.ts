import { createAccess } from '../access/access.ts'
import type { Client } from '../options.ts'
import type { Org } from '../org.ts'

export interface OauthRefusal {
  readonly error: string
  readonly description: string
}

/** Why a client may not log anybody in. */
export function findBlock(org: Org, client: Client): OauthRefusal | undefined {
  if (!client.blocked && !org.cells.auth.get().blocked.includes(client.clientId)) return undefined
  return { error: 'OAUTH_APP_BLOCKED', description: 'this app is blocked by admin' }
}

/** Why a client may not log this user in: one that is not installed is for users who may use any. */
export function findExclusion(org: Org, client: Client, userId: string): OauthRefusal | undefined {
  if (client.installed || createAccess(org, userId).has('UseAnyApiClient')) return undefined
  return { error: 'invalid_app_access', description: 'user is not admin approved to access this app' }
}
