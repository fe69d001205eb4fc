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
import { NEVER_FIRST_MS, NEVER_LAST_MS, type Fact, type NodeId } from '../identity/fact-source.ts'
import { mergeFacts } from '../identity/indexed-facts.ts'
import type { TraitPolicies } from '../profile/fold-traits.ts'
import type { NormalEvent } from '../normalise/normalise-event.ts'

/** Rows of one table that many events of a workspace make together: an event is not kept once it was added. */
export interface RowGatherer<Row> {
  add(event: NormalEvent): void
  rows(): readonly Row[]
}

/** Facts that are kept before equal ones among them become one. */
const MAX_UNMERGED = 2000

/** What the events say about identity, merged. */
export function gatherFacts(workspace: number): RowGatherer<IdentityFactsRow> {
  let facts: Fact[] = []
  let mergeAt = MAX_UNMERGED
  const merge = (): void => {
    facts = [...mergeFacts(facts)]
    mergeAt = facts.length * 2 + MAX_UNMERGED
  }
  return {
    add: (event) => {
      for (const fact of extractFacts(event)) facts.push(fact)
      if (facts.length > mergeAt) merge()
    },
    rows: () => {
      merge()
      return facts.map((fact) => toFactRow(workspace, fact))
    },
  }
}

const toFactRow = (workspace: number, fact: Fact): IdentityFactsRow => ({
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
})

/** Each identifier once, from when to when it was seen. */
export function gatherNodes(workspace: number): RowGatherer<IdentityNodesRow> {
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
  return {
    add: (event) => {
      for (const node of toSeenNodes(event)) see(node)
      for (const node of toRecordedNodes(event)) see(node)
    },
    rows: () =>
      Array.from(seen.values(), ({ node: { kind, id, value }, firstMs, lastMs }) => ({
        ws: workspace,
        node_id: id,
        type: kind,
        value,
        first_seen: toDateTime(firstMs),
        last_seen: toDateTime(lastMs),
      })),
  }
}

/** Of each identifier, key and source the value that counts. */
export function gatherTraits(workspace: number, policies: TraitPolicies = {}): RowGatherer<TraitsRow> {
  const latest = new Map<string, Trait>()
  const keep = (trait: Trait): void => {
    const key = JSON.stringify([trait.node, trait.key, trait.source])
    const known = latest.get(key)
    if (!known || trait.rank > known.rank) latest.set(key, trait)
  }
  return {
    add: (event) => {
      extractTraits(event, policies).forEach(keep)
      extractGroupTraits(event, policies).forEach(keep)
    },
    rows: () =>
      Array.from(latest.values(), (trait) => ({
        ws: workspace,
        node_id: trait.node,
        key: trait.key,
        value: trait.value,
        source: trait.source,
        message_id: trait.messageId,
        ts: toDateTime(trait.timeMs),
        rank: trait.rank.toString(),
      })),
  }
}

/** Who was named with which group. Rows with equal keys are one: times, trust and witness are unions. */
export function gatherGroupMembers(workspace: number): RowGatherer<GroupMembersRow> {
  const rows: GroupMembersRow[] = []
  return {
    add: (event) => {
      const member = extractMembership(event)
      if (!member) return
      rows.push({
        ws: workspace,
        node_id: member.node,
        company_id: member.company,
        t_first: toDateTime(member.firstMs),
        t_last: toDateTime(member.lastMs),
        trust: member.trust,
        witness: member.witness,
      })
    },
    rows: () => rows,
  }
}

/** Which group calls which domain its own. */
export function gatherGroupDomains(workspace: number, lists: CompanyLists): RowGatherer<GroupDomainsRow> {
  const rows: GroupDomainsRow[] = []
  return {
    add: (event) => {
      for (const claim of extractDomainClaims(event, lists))
        rows.push({
          ws: workspace,
          domain: claim.domain,
          company_id: claim.company,
          t_first: toDateTime(claim.firstMs),
          trust: claim.trust,
          witness: claim.witness,
        })
    },
    rows: () => rows,
  }
}
