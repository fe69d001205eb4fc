import { toRank, type Trait } from '../facts/extract-traits.ts'
import type { NodeId } from '../identity/fact-source.ts'
import type { NormalEvent } from '../normalise/normalise-event.ts'
import type { TraitPolicies } from '../profile/fold-traits.ts'
import { principalOf } from '../normalise/principal.ts'
import type { MailLists } from '../profile/mail-domains.ts'
import { toWebsiteDomain } from './website-domain.ts'

/** An identifier was named together with a group. */
export interface Membership {
  readonly node: NodeId
  readonly company: NodeId
  readonly firstMs: number
  readonly lastMs: number
  readonly trust: number
  /** Message id. */
  readonly witness: string
}

/** Staff who act as a customer put nobody into a group. */
export function extractMembership(event: NormalEvent): Membership | undefined {
  const { company, impersonated, timeMs, trust, messageId } = event
  if (company === undefined || impersonated) return undefined
  const node = principalOf(event).id
  return { node, company, firstMs: timeMs, lastMs: timeMs, trust, witness: messageId }
}

/** The trait that says which group a company is: the group id as it was sent. */
export const GROUP_KEY = 'groupId'

/** What an event says about its group: the id always, the traits of a group call. They hang on the company's id. */
export function extractGroupTraits(event: NormalEvent, policies: TraitPolicies = {}): readonly Trait[] {
  const { company, groupId, impersonated, wire, messageId, timeMs, source } = event
  if (company === undefined || impersonated) return []
  const values = { ...(wire.type === 'group' ? wire.traits : {}), [GROUP_KEY]: groupId }
  return Object.entries(values).flatMap(([key, value]) => {
    const text = JSON.stringify(value)
    return text === undefined
      ? []
      : [{ node: company, key, value: text, source, messageId, timeMs, rank: toRank(event, policies[key]) }]
  })
}

/** A group named a domain as its own. */
export interface DomainClaim {
  readonly domain: string
  readonly company: NodeId
  readonly firstMs: number
  readonly trust: number
  readonly witness: string
}

const WEBSITE_TRAITS = ['website', 'domain', 'domains', 'url'] as const

/** Domains in the traits of a group call; texts, or lists of them. */
export function extractDomainClaims(event: NormalEvent, lists: MailLists): readonly DomainClaim[] {
  const { company, impersonated, wire, timeMs, trust, messageId } = event
  if (company === undefined || impersonated || wire.type !== 'group') return []
  const named = WEBSITE_TRAITS.flatMap((key): unknown => wire.traits?.[key]).flat()
  const domains = new Set(
    named.flatMap((value) => (typeof value === 'string' ? [toWebsiteDomain(value, lists)] : [])),
  )
  domains.delete('')
  return [...domains].map((domain) => ({ domain, company, firstMs: timeMs, trust, witness: messageId }))
}
