import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export type Role = 'owner' | 'reader'

export interface Credentials {
  readonly user: string
  readonly password: string
}

export interface Account extends Credentials {
  readonly role: Role
}

/** As ClickHouse: the Authorization header, else X-ClickHouse-User and -Key, else `user` and `password` of the URL. */
export function readCredentials(
  headers: IncomingHttpHeaders,
  search: URLSearchParams,
): Credentials | undefined {
  const basic = /^Basic\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (basic !== undefined) return decodeBasic(basic)
  const user = headers['x-clickhouse-user']
  if (typeof user === 'string') return { user, password: String(headers['x-clickhouse-key'] ?? '') }
  const named = search.get('user')
  return named === null ? undefined : { user: named, password: search.get('password') ?? '' }
}

function decodeBasic(encoded: string): Credentials {
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return { user, password: rest.join(':') }
}

/** The role of these credentials, or undefined when no account has them. */
export function findRole(given: Credentials | undefined, accounts: readonly Account[]): Role | undefined {
  if (!given) return undefined
  return accounts.find((account) => account.user === given.user && isEqual(account.password, given.password))
    ?.role
}

const isEqual = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
