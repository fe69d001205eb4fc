import type { TraitPolicy } from '@leadline/contract'
import type { Trait } from '../facts/extract-traits.ts'
import { TRUST } from '../identity/fact-source.ts'
import { compareTexts } from '../identity/order.ts'

/** The profile of a lead: one value for each key, and where it came from. */
export interface Profile {
  /** JSON by key. */
  readonly values: ReadonlyMap<string, string>
  readonly origins: ReadonlyMap<string, Trait>
}

/** By trait; newest where nothing is said. */
export type TraitPolicies = Readonly<Record<string, TraitPolicy>>

/** Of most visitors nothing is known. */
const NOBODY: Profile = { values: new Map(), origins: new Map() }

/** Folds the traits of a lead's identifiers by their policies; a winner that is null deletes. */
export function foldTraits(traits: Iterable<Trait>, policies: TraitPolicies = {}): Profile {
  const latest = new Map<string, Trait>()
  for (const trait of traits) {
    const policy = policies[trait.key]
    if (policy === 'server' && trustOf(trait) < TRUST.secret) continue
    const known = latest.get(trait.key)
    if (!known || traitOrder(policy)(trait, known) < 0) latest.set(trait.key, trait)
  }
  if (latest.size === 0) return NOBODY
  const origins = new Map(
    [...latest].filter(([, { value }]) => value !== 'null').sort(([a], [b]) => compareTexts(a, b)),
  )
  return { values: new Map([...origins].map(([key, { value }]) => [key, value])), origins }
}

/** Best first. Of a trait whose first value counts, earlier ones rank higher already: see `toRank`. */
export const traitOrder =
  (policy: TraitPolicy | undefined) =>
  (a: Trait, b: Trait): number => {
    const byTrust = policy === 'trusted' ? trustOf(b) - trustOf(a) : 0
    if (byTrust !== 0) return byTrust
    if (a.rank !== b.rank) return a.rank > b.rank ? -1 : 1
    return compareTexts(b.node + b.source, a.node + a.source)
  }

/** As it stands in the rank. */
export const trustOf = ({ rank }: Pick<Trait, 'rank'>): number => Number((rank >> 72n) & 0xffn)

/** The values as one JSON object. They are JSON already, so they are not read and written again. */
export const toTraitsJson = ({ values }: Profile): string =>
  `{${[...values].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`

/** Why each value is what it is: when, by which message, from which key, through which identifier. */
export const toProvenanceJson = ({ origins }: Profile): string =>
  JSON.stringify(
    Object.fromEntries(
      [...origins].map(([key, { timeMs, messageId, source, node }]) => [
        key,
        { time: new Date(timeMs).toISOString(), messageId, source, node },
      ]),
    ),
  )

/** The trait `name`, else first and last name; empty when there is neither. */
export function toName({ values }: Profile): string {
  if (values.size === 0) return ''
  const text = (key: string): string => {
    const value: unknown = JSON.parse(values.get(key) ?? 'null')
    return typeof value === 'string' ? value.trim() : ''
  }
  return text('name') || `${text('firstName')} ${text('lastName')}`.trim()
}
