import type { CrmSettings } from '@leadline/contract'
import { isMet } from './conditions.ts'
import { isReference, type CrmObject } from './operation.ts'
import type { Sources } from './sources.ts'

/** Who may own a record. */
export interface OwnerCandidate {
  readonly id: string
  /** Lower case: mail and user name, or name and developer name of a queue. */
  readonly names: readonly string[]
  readonly isQueue: boolean
  readonly isActive: boolean
}

export interface OwnerInput {
  readonly rules: CrmSettings['owners']
  readonly candidates: readonly OwnerCandidate[]
  readonly sources: Sources
  readonly object: CrmObject
  /** Decides among several: the same person always the same owner. */
  readonly seed: string
}

/** Whom a qualification rule gave the lead to. */
const ASSIGNED = 'lead.assigned_owner'

/**
 * Salesforce id of the owner of a new record; undefined leaves it to Salesforce. Whom a qualification rule named goes
 * before the rules here. A record that exists keeps its owner: who has it by now has seen it.
 */
export function assignOwner(input: OwnerInput): string | undefined {
  const assigned = pick([textOf(input.sources, ASSIGNED)], input)
  if (assigned !== undefined) return assigned
  for (const rule of input.rules.rules) {
    if (!isMet(rule.where, input.sources)) continue
    const named = rule.from === undefined ? [rule.to ?? []].flat() : [textOf(input.sources, rule.from)]
    const owner = pick(named, input)
    if (owner !== undefined) return owner
  }
  return pick([input.rules.fallback ?? ''], input)
}

function textOf(sources: Sources, path: string): string {
  const value = sources.read(path)
  return isReference(value) || value === null ? '' : String(value)
}

/** Only Leads may belong to a queue. */
function pick(names: readonly string[], { candidates, object, seed }: OwnerInput): string | undefined {
  const wanted = names.map((name) => name.trim().toLowerCase()).filter((name) => name !== '')
  const found = wanted.flatMap(
    (name) =>
      candidates.find(
        (one) => one.names.includes(name) && one.isActive && (object === 'Lead' || !one.isQueue),
      ) ?? [],
  )
  return found[hash(seed) % Math.max(1, found.length)]?.id
}

/** FNV-1a: even enough to share people out. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0
  return value
}
