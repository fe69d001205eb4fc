import { toDateTime, type IdentityFactsRow, type IdentityNodesRow, type TraitsRow } from '@leadline/warehouse'
import { extractFacts } from '../facts/extract-facts.ts'
import { extractTraits, type Trait } from '../facts/extract-traits.ts'
import { toSeenNodes } from '../facts/seen-nodes.ts'
import { NEVER_FIRST_MS, NEVER_LAST_MS } from '../identity/fact-source.ts'
import { mergeFacts } from '../identity/indexed-facts.ts'
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
  for (const { kind, id, value, timeMs } of events.flatMap(toSeenNodes)) {
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

export function toTraitRows(workspace: number, events: readonly NormalEvent[]): readonly TraitsRow[] {
  const latest = new Map<string, Trait>()
  for (const trait of events.flatMap(extractTraits)) {
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
