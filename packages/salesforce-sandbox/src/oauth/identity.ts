import { headerOf, type HttpRequest } from '../http/http-request.ts'
import { json, type Reply } from '../http/reply.ts'
import type { Org } from '../org.ts'
import type { FieldValue, StoredRecord } from '../store/stored-record.ts'
import { findSession } from './sessions.ts'

/** The token in a Bearer or OAuth header. */
export function bearerOf(request: HttpRequest): string | undefined {
  return /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1]
}

function userOf(org: Org, request: HttpRequest): StoredRecord | undefined {
  const token = bearerOf(request) ?? request.query.get('oauth_token') ?? ''
  const session = findSession(org, token)
  return session && org.store.get('User', session.userId)
}

const text = (user: StoredRecord, field: string): FieldValue => user.values[field] ?? null

/** GET /id/{org}/{user} */
export function identity(org: Org, request: HttpRequest): Reply {
  const user = userOf(org, request)
  if (!user) return badToken()
  return json(200, {
    id: identityUrl(org, user.id),
    asserted_user: true,
    user_id: user.id,
    organization_id: org.id,
    username: text(user, 'Username'),
    nick_name: text(user, 'Alias'),
    display_name: text(user, 'Name'),
    email: text(user, 'Email'),
    email_verified: true,
    first_name: text(user, 'FirstName'),
    last_name: text(user, 'LastName'),
    timezone: text(user, 'TimeZoneSidKey'),
    photos: {},
    active: text(user, 'IsActive'),
    user_type: 'STANDARD',
    language: text(user, 'LanguageLocaleKey'),
    locale: text(user, 'LocaleSidKey'),
    utcOffset: offsetOf(String(text(user, 'TimeZoneSidKey'))),
    last_modified_date: text(user, 'LastModifiedDate'),
    urls: urlsOf(org, user.id),
  })
}

/** GET /services/oauth2/userinfo */
export function userInfo(org: Org, request: HttpRequest): Reply {
  const user = userOf(org, request)
  if (!user) return badToken()
  return json(200, {
    sub: identityUrl(org, user.id),
    user_id: user.id,
    organization_id: org.id,
    preferred_username: text(user, 'Username'),
    nickname: text(user, 'Alias'),
    name: text(user, 'Name'),
    email: text(user, 'Email'),
    email_verified: true,
    zoneinfo: text(user, 'TimeZoneSidKey'),
    active: text(user, 'IsActive'),
    urls: urlsOf(org, user.id),
    user_type: 'STANDARD',
    language: text(user, 'LanguageLocaleKey'),
    locale: text(user, 'LocaleSidKey'),
    utcOffset: offsetOf(String(text(user, 'TimeZoneSidKey'))),
  })
}

/** POST /services/oauth2/introspect */
export function introspect(org: Org, request: HttpRequest): Reply {
  const form = new URLSearchParams(request.body)
  const session = findSession(org, form.get('token') ?? '')
  const user = session && org.store.get('User', session.userId)
  if (!session || !user) return json(200, { active: false })
  const issuedAt = Math.floor(session.issuedAtMs / 1000)
  return json(200, {
    active: true,
    scope: session.scope,
    client_id: session.clientId,
    username: text(user, 'Username'),
    sub: identityUrl(org, user.id),
    token_type: 'access_token',
    exp: Math.floor(session.expiresAtMs / 1000),
    iat: issuedAt,
    nbf: issuedAt,
  })
}

export function identityUrl(org: Org, userId: string): string {
  return `${org.url()}/id/${org.id}/${userId}`
}

function urlsOf(org: Org, userId: string): Record<string, string> {
  const data = `${org.url()}/services/data/v{version}`
  const soap = `${org.url()}/services/Soap`
  const orgId = org.id.slice(0, 15)
  return {
    enterprise: `${soap}/c/{version}/${orgId}`,
    metadata: `${soap}/m/{version}/${orgId}`,
    partner: `${soap}/u/{version}/${orgId}`,
    rest: `${data}/`,
    sobjects: `${data}/sobjects/`,
    search: `${data}/search/`,
    query: `${data}/query/`,
    recent: `${data}/recent/`,
    profile: `${org.url()}/${userId}`,
  }
}

/** Winter time's distance from UTC in ms. */
function offsetOf(timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(WINTER).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

const WINTER = new Date('2026-01-01T00:00:00Z')

function badToken(): Reply {
  return { status: 403, headers: { 'content-type': 'text/plain;charset=UTF-8' }, body: 'Bad_OAuth_Token' }
}
