import type { CompaniesRow } from '@leadline/warehouse'
import type { NodeId } from '../identity/fact-source.ts'
import { toProvenanceJson, toTraitsJson, type Profile } from '../profile/fold-traits.ts'
import type { CompanyTotals } from '../reads/read-company-totals.ts'
import type { CompanySize } from '../reads/read-groups.ts'
import { GROUP_KEY } from './extract-groups.ts'

type Draft<Row> = Omit<Row, 'version'>

export interface CompanyParts {
  readonly workspace: number
  readonly company: NodeId
  /** By setting; NO_NODE where there is none. */
  readonly parent: NodeId
  /** What the group said of itself; empty for the company of a domain. */
  readonly profile: Profile
  /** Who names it, by domain of their mail. */
  readonly sizes: readonly CompanySize[]
  /** Of its leads together. */
  readonly totals: CompanyTotals
  /** A group: domains attached to it. Else its own domain, unless that is attached to a group. */
  readonly domains: readonly string[]
}

/**
 * The row of a company; undefined when nobody names it. A domain by itself is one only while it is somebody's company:
 * not when it belongs to a group, nor when all who have mail there are of a group.
 */
export function buildCompanyRow(parts: CompanyParts): Draft<CompaniesRow> | undefined {
  const { sizes, domains, profile } = parts
  const group = textOf(profile, GROUP_KEY)
  const own = sizes.filter((size) => size.own > 0)
  if (sizes.length === 0 || (group === '' && (domains.length === 0 || own.length === 0))) return undefined
  const domain = pickDomain(parts)
  const seen = own.length > 0 ? own : sizes
  return {
    ws: parts.workspace,
    company_id: parts.company,
    key_kind: group === '' ? 'domain' : 'group',
    key: group === '' ? domain : group,
    name: textOf(profile, 'name') || domain || group,
    domain,
    parent_id: parts.parent,
    domains,
    traits: toTraitsJson(profile),
    provenance: toProvenanceJson(profile),
    first_seen: seen.map(({ firstSeen }) => firstSeen).reduce((a, b) => (a < b ? a : b)),
    last_seen: seen.map(({ lastSeen }) => lastSeen).reduce((a, b) => (a > b ? a : b)),
    leads: sizes.reduce((sum, size) => sum + size.own, 0),
    ...parts.totals,
    gone: 0,
  }
}

/** Of several the one at which most of its leads have mail; ties by name. */
function pickDomain({ domains, sizes }: CompanyParts): string {
  const leadsAt = (domain: string): number =>
    sizes.filter((size) => size.domain === domain).reduce((sum, size) => sum + size.own, 0)
  const [most] = domains.toSorted((a, b) => leadsAt(b) - leadsAt(a) || (a < b ? -1 : 1))
  return most ?? ''
}

function textOf({ values }: Profile, key: string): string {
  const value: unknown = JSON.parse(values.get(key) ?? 'null')
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
}
