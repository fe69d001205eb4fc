import {
  toDateTime,
  type GroupDomainsRow,
  type GroupMembersRow,
  type IdentityFactsRow,
  type IdentityNodesRow,
  type TraitsRow,
} from '@leadline/warehouse'
import { extractFacts } from '../facts/extract-facts.ts'
import { extractDomainClaims, extractGroupTraits, extractMembership } from '../companies/extract-groups.ts'
import type { CompanyLists } from '../companies/company-of-mail.ts'
import { extractTraits, type Trait } from '../facts/extract-traits.ts'
import { toRecordedNodes, toSeenNodes } from '../facts/seen-nodes.ts'
import { NEVER_FIRST_MS, NEVER_LAST_MS } from '../identity/fact-source.ts'
import { mergeFacts } from '../identity/indexed-facts.ts'
import type { TraitPolicies } from '../profile/fold-traits.ts'
import type { NormalEvent } from '../normalise/normalise-event.ts'

/** The facts of one workspace's events, merged. */
export const toFactRows = (workspace: number, events: readonly NormalEvent[]): readonly IdentityFactsRow[] =>
  mergeFacts(events.flatMap(extractFacts)).map((fact) => ({
    ws: workspace,
    kind: fact.kind,
    lo_type: fact.loKind,
    lo: fact.lo,
    hi_type: fact.hiKind,
    hi: fact.hi,
    via: fact.via,
    t_first: toDateTime(fact.firstMs),
    t_last: toDateTime(fact.lastMs),
    trust: fact.trust,
    witness: fact.witness,
  }))

export function toNodeRows(workspace: number, events: readonly NormalEvent[]): readonly IdentityNodesRow[] {
  const rows = new Map<string, IdentityNodesRow>()
  for (const { kind, id, value, timeMs } of events.flatMap((event) => [
    ...toSeenNodes(event),
    ...toRecordedNodes(event),
  ])) {
    const first = toDateTime(timeMs ?? NEVER_FIRST_MS)
    const last = toDateTime(timeMs ?? NEVER_LAST_MS)
    const known = rows.get(id)
    rows.set(id, {
      ws: workspace,
      node_id: id,
      type: kind,
      value,
      first_seen: known && known.first_seen < first ? known.first_seen : first,
      last_seen: known && known.last_seen > last ? known.last_seen : last,
    })
  }
  return [...rows.values()]
}

export function toTraitRows(
  workspace: number,
  events: readonly NormalEvent[],
  policies: TraitPolicies = {},
): readonly TraitsRow[] {
  const latest = new Map<string, Trait>()
  for (const trait of events.flatMap((event) => [
    ...extractTraits(event, policies),
    ...extractGroupTraits(event, policies),
  ])) {
    const key = JSON.stringify([trait.node, trait.key, trait.source])
    const known = latest.get(key)
    if (!known || trait.rank > known.rank) latest.set(key, trait)
  }
  return [...latest.values()].map((trait) => ({
    ws: workspace,
    node_id: trait.node,
    key: trait.key,
    value: trait.value,
    source: trait.source,
    message_id: trait.messageId,
    ts: toDateTime(trait.timeMs),
    rank: trait.rank.toString(),
  }))
}

/** Who was named with which group. Rows with equal keys are one: times, trust and witness are unions. */
export const toGroupMemberRows = (
  workspace: number,
  events: readonly NormalEvent[],
): readonly GroupMembersRow[] =>
  events.flatMap((event) => {
    const member = extractMembership(event)
    if (!member) return []
    return [
      {
        ws: workspace,
        node_id: member.node,
        company_id: member.company,
        t_first: toDateTime(member.firstMs),
        t_last: toDateTime(member.lastMs),
        trust: member.trust,
        witness: member.witness,
      },
    ]
  })

export const toGroupDomainRows = (
  workspace: number,
  events: readonly NormalEvent[],
  lists: CompanyLists,
): readonly GroupDomainsRow[] =>
  events
    .flatMap((event) => extractDomainClaims(event, lists))
    .map((claim) => ({
      ws: workspace,
      domain: claim.domain,
      company_id: claim.company,
      t_first: toDateTime(claim.firstMs),
      trust: claim.trust,
      witness: claim.witness,
    }))
