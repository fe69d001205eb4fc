import { hash } from 'node:crypto'
import type { WorkspaceSettings } from '@leadline/contract'

/** Whose key it is and what it allows. The key's text is not kept. */
export interface Key {
  readonly workspace: number
  readonly name: string
  readonly trust: 'public' | 'secret'
  /** Origins of pages that may use it; `*` for any. Empty for a secret key: no page may. */
  readonly origins: readonly string[]
  /** Requests under it must be signed with this. */
  readonly webhookSecret?: string | undefined
}

export interface Keys {
  find(presented: string): Key | undefined
}

/** What of a workspace's settings says who may send. */
export type WorkspaceKeys = Pick<WorkspaceSettings, 'id' | 'writeKeys' | 'secretKeys'>

/**
 * Looks keys up by a hash that is salted with a secret of this process. What a look-up compares is then unknown to the
 * sender, so its time tells nothing about a key. Throws when a key stands twice: it could not say whose it is.
 */
export function createKeys(workspaces: readonly WorkspaceKeys[], salt: string): Keys {
  const digestOf = (key: string): string => hash('sha256', `${salt}:${key}`, 'base64')
  const known = new Map<string, Key>()
  for (const workspace of workspaces) {
    for (const { key, ...rest } of keysOf(workspace)) {
      const digest = digestOf(key)
      const other = known.get(digest)
      if (other) throw new Error(`the keys "${other.name}" and "${rest.name}" are equal; give each its own`)
      known.set(digest, rest)
    }
  }
  return { find: (presented) => known.get(digestOf(presented)) }
}

const keysOf = ({ id, writeKeys, secretKeys }: WorkspaceKeys): readonly (Key & { key: string })[] => [
  ...writeKeys.map((write) => ({ ...write, workspace: id, trust: 'public' as const })),
  ...secretKeys.map((secret) => ({ ...secret, workspace: id, trust: 'secret' as const, origins: [] })),
]

/** Servers send no Origin; browsers always do with a POST, and cannot choose it. */
export const mayUse = (key: Key, origin: string | undefined): boolean =>
  origin === undefined || key.origins.some((allowed) => isOrigin(origin, allowed))

/** `https://*.example.com` allows every subdomain, and not example.com itself. */
function isOrigin(origin: string, allowed: string): boolean {
  if (allowed === '*') return true
  const [actual, pattern] = [origin.toLowerCase(), allowed.toLowerCase()]
  const star = pattern.indexOf('*.')
  if (star === -1) return actual === pattern
  const [scheme, domain] = [pattern.slice(0, star), pattern.slice(star + 1)]
  return actual.startsWith(scheme) && actual.endsWith(domain) && actual.length > scheme.length + domain.length
}
