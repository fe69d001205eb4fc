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
import { toRecordedNodes, toSeenNodes, type SeenNode } from '../facts/seen-nodes.ts'
import { NEVER_FIRST_MS, NEVER_LAST_MS, type NodeId } from '../identity/fact-source.ts'
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
  const seen = new Map<NodeId, { node: SeenNode; firstMs: number; lastMs: number }>()
  const see = (node: SeenNode): void => {
    const firstMs = node.timeMs ?? NEVER_FIRST_MS
    const lastMs = node.timeMs ?? NEVER_LAST_MS
    const known = seen.get(node.id)
    if (!known) seen.set(node.id, { node, firstMs, lastMs })
    else {
      known.firstMs = Math.min(known.firstMs, firstMs)
      known.lastMs = Math.max(known.lastMs, lastMs)
    }
  }
  for (const event of events) {
    for (const node of toSeenNodes(event)) see(node)
    for (const node of toRecordedNodes(event)) see(node)
  }
  return Array.from(seen.values(), ({ node: { kind, id, value }, firstMs, lastMs }) => ({
    ws: workspace,
    node_id: id,
    type: kind,
    value,
    first_seen: toDateTime(firstMs),
    last_seen: toDateTime(lastMs),
  }))
}

export function toTraitRows(
  workspace: number,
  events: readonly NormalEvent[],
  policies: TraitPolicies = {},
): readonly TraitsRow[] {
  const latest = new Map<string, Trait>()
  const keep = (trait: Trait): void => {
    const key = JSON.stringify([trait.node, trait.key, trait.source])
    const known = latest.get(key)
    if (!known || trait.rank > known.rank) latest.set(key, trait)
  }
  for (const event of events) {
    extractTraits(event, policies).forEach(keep)
    extractGroupTraits(event, policies).forEach(keep)
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
