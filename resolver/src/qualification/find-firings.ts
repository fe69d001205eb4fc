import type { QualificationRule } from '@leadline/contract'
import type { NodeId } from '../identity/fact-source.ts'
import type { Entry, RuleEvent } from './qualify.ts'

/** What fired once: with which event. */
export interface Firing {
  readonly rule: string
  readonly node: NodeId
  readonly messageId: string
  readonly atMs: number
}

/** A firing as it is kept. */
export interface StoredFiring extends Firing {
  /** Mail of whom the lead was given to; empty when to nobody. */
  readonly owner: string
}

/** Firings that belong to whoever has these events. */
export function findOwnFirings<Kept extends Firing>(
  fired: readonly Kept[],
  events: readonly Pick<RuleEvent, 'node' | 'messageId'>[],
): readonly Kept[] {
  if (fired.length === 0) return fired
  const messages = new Set(fired.map(({ messageId }) => messageId))
  const own = new Set(events.filter(({ messageId }) => messages.has(messageId)).map(keyOf))
  return fired.filter((firing) => own.has(keyOf(firing)))
}

const DAY_MS = 86_400_000

/**
 * Which entries have not fired yet. A firing belongs to whoever has its event now, so a lead that joins another brings
 * its firings along, and a late event that would have come first does not make the rule fire anew. Of a rule that may
 * fire again, a firing stands for the entries nearer to it than the rule's time.
 */
export function findNewEntries(
  entries: readonly Entry[],
  {
    events,
    fired,
    rules,
  }: {
    readonly events: readonly Pick<RuleEvent, 'node' | 'messageId'>[]
    readonly fired: readonly Firing[]
    readonly rules: readonly QualificationRule[]
  },
): readonly Entry[] {
  if (entries.length === 0) return []
  const byRule = Map.groupBy(findOwnFirings(fired, events), ({ rule }) => rule)
  const again = new Map(rules.map(({ name, againAfterDays }) => [name, againAfterDays]))
  return entries.filter(({ rule, atMs }) => {
    const againMs = (again.get(rule) ?? Number.POSITIVE_INFINITY) * DAY_MS
    return !(byRule.get(rule) ?? []).some((firing) => Math.abs(firing.atMs - atMs) < againMs)
  })
}

const keyOf = ({ node, messageId }: Pick<RuleEvent, 'node' | 'messageId'>): string => `${node}|${messageId}`
