import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Org } from '../org.ts'
import type { Client } from '../options.ts'

/** One authorisation: all tokens that came from one consent share its `family`. */
const grantSchema = z.object({
  userId: z.string(),
  clientId: z.string(),
  family: z.string(),
  scope: z.string(),
})
export type Grant = z.infer<typeof grantSchema>

const accessSchema = grantSchema.extend({ expiresAtMs: z.number(), issuedAtMs: z.number() })
export type AccessToken = z.infer<typeof accessSchema>

const refreshSchema = grantSchema.extend({ isSpent: z.boolean(), usedAtMs: z.number().default(0) })

type State = Pick<Org, 'state' | 'clock' | 'settings' | 'cells' | 'id'>

const DAY_MS = 86_400_000

/** A session slides only when a good part of its life is gone, which saves a write per call. */
const SLIDE_PART = 0.1

export function drawToken(org: State): string {
  const count = org.state.next('counter:token')
  return createHash('sha512')
    .update(`${org.settings.seed}:${org.settings.orgId}:${count}`)
    .digest('base64url')
}

export function issueAccessToken(org: State, grant: Grant): string {
  const token = `${org.id.slice(0, 15)}!AQ${drawToken(org)}`
  const nowMs = org.clock.nowMs()
  dropExpired(org, nowMs)
  const expiresAtMs = nowMs + org.settings.sessionMinutes * 60_000
  org.state.setJson(`access:${token}`, { ...grant, expiresAtMs, issuedAtMs: nowMs })
  return token
}

function dropExpired(org: State, nowMs: number): void {
  for (const key of org.state.keys('access:')) {
    if ((org.state.getJson(key, accessSchema)?.expiresAtMs ?? 0) <= nowMs) org.state.delete(key)
  }
}

export function issueRefreshToken(org: State, grant: Grant): string {
  const token = `5Aep861${drawToken(org)}`
  org.state.setJson(`refresh:${token}`, { ...grant, isSpent: false, usedAtMs: org.clock.nowMs() })
  return token
}

/** The living session of a token. */
export function findSession(org: State, token: string): AccessToken | undefined {
  const session = org.state.getJson(`access:${token}`, accessSchema)
  return session && session.expiresAtMs > org.clock.nowMs() ? session : undefined
}

export function slideSession(org: State, token: string, session: AccessToken): void {
  const lifeMs = org.settings.sessionMinutes * 60_000
  const expiresAtMs = org.clock.nowMs() + lifeMs
  if (expiresAtMs - session.expiresAtMs < lifeMs * SLIDE_PART) return
  org.state.setJson(`access:${token}`, { ...session, expiresAtMs })
}

/** The grant behind a refresh token; a spent one that is shown again takes its whole family with it. */
export function useRefreshToken(org: State, token: string, client: Client): Grant | undefined {
  const found = org.state.getJson(`refresh:${token}`, refreshSchema)
  if (!found || found.clientId !== client.clientId) return undefined
  if (found.isSpent) {
    if (org.cells.auth.get().detectsReuse) revokeFamily(org, found.family)
    return undefined
  }
  const nowMs = org.clock.nowMs()
  const { refreshIdleDays } = client
  if (refreshIdleDays !== null && nowMs - found.usedAtMs > refreshIdleDays * DAY_MS) return undefined
  const isSpent = client.rotateRefresh
  if (isSpent || refreshIdleDays !== null) {
    org.state.setJson(`refresh:${token}`, { ...found, isSpent, usedAtMs: nowMs })
  }
  return grantSchema.parse(found)
}

/** Starts a family for this user and client; beyond the allowed number the oldest is revoked. */
export function openFamily(org: State, who: { userId: string; client: Client; scope: string }): Grant {
  const { userId, client, scope } = who
  const family = String(org.state.next('counter:family'))
  const key = `approvals:${userId}:${client.clientId}`
  const families = [...(org.state.getJson(key, z.array(z.string())) ?? []), family]
  for (const old of families.splice(0, families.length - client.approvalsPerUser)) revokeFamily(org, old)
  org.state.setJson(key, families)
  return { userId, clientId: client.clientId, family, scope }
}

export function revokeFamily(org: State, family: string): void {
  for (const key of [...org.state.keys('access:'), ...org.state.keys('refresh:')]) {
    if (org.state.getJson(key, z.object({ family: z.string() }))?.family === family) org.state.delete(key)
  }
}

/** Revokes by access or refresh token; false when it is unknown. */
export function revokeToken(org: State, token: string): boolean {
  const refresh = org.state.getJson(`refresh:${token}`, grantSchema)
  if (refresh) revokeFamily(org, refresh.family)
  const isKnown = refresh !== undefined || org.state.get(`access:${token}`) !== undefined
  org.state.delete(`access:${token}`)
  return isKnown
}

/** Families of tokens that a user has given, to one client or to all. */
export function familiesOf(org: State, userId: string, clientId?: string): ReadonlySet<string> {
  const grants = [...org.state.keys('access:'), ...org.state.keys('refresh:')].flatMap(
    (key) => org.state.getJson(key, grantSchema) ?? [],
  )
  const wanted = grants.filter(
    (grant) => grant.userId === userId && (clientId === undefined || grant.clientId === clientId),
  )
  return new Set(wanted.map(({ family }) => family))
}
