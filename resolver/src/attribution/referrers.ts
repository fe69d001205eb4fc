import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getDomain, getDomainWithoutSuffix } from 'tldts'

/** What stands behind a referrer. `none`: log-ins and payment pages that people pass through; they brought nobody. */
export type ReferrerKind = 'search' | 'social' | 'email' | 'ai' | 'none' | 'other'

export interface Referrer {
  readonly kind: ReferrerKind
  /** Short name (`google`), else the host. */
  readonly source: string
}

/** By host, or by `name.*`. */
export type ReferrerList = ReadonlyMap<string, Referrer>

const PATH = join(import.meta.dirname, '..', '..', 'lists', 'referrers.txt')
const KINDS: Readonly<Record<string, ReferrerKind>> = {
  search: 'search',
  social: 'social',
  email: 'email',
  ai: 'ai',
  none: 'none',
}

export const readReferrers = (path = PATH): ReferrerList =>
  new Map(
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [kind = '', host = '', source = ''] = line.split(' ')
        return [host, { kind: KINDS[kind] ?? 'other', source }] as const
      }),
  )

/** The nearest entry for a host: itself, a domain above it, else its name under any public suffix. */
export function findReferrer(list: ReferrerList, host: string): Referrer {
  const parts = host.split('.')
  for (let i = 0; i < parts.length - 1; i++) {
    const known = list.get(parts.slice(i).join('.'))
    if (known) return known
  }
  return list.get(`${getDomainWithoutSuffix(host) ?? ''}.*`) ?? { kind: 'other', source: host }
}

/** Kind of a source that a campaign names: `google`, `linkedin`, or a host. */
export function createSourceKinds(list: ReferrerList): (source: string) => ReferrerKind {
  const kinds = new Map([...list.values()].map(({ source, kind }) => [source, kind]))
  return (source) => kinds.get(source) ?? (source.includes('.') ? findReferrer(list, source).kind : 'other')
}

/** Host without `www.`; undefined for what is no address, or has none. */
export function toHost(address: string): string | undefined {
  const host = address === '' ? undefined : URL.parse(address)?.hostname.replace(/^www\./, '')
  return host === '' ? undefined : host
}

/** Both belong to one registrable domain. */
export const isSameSite = (a: string, b: string): boolean =>
  a === b || (getDomain(a) !== null && getDomain(a) === getDomain(b))
