import type { Trait } from '../facts/extract-traits.ts'
import { compareTexts } from '../identity/order.ts'

/** The profile of a lead: one value for each key, and where it came from. */
export interface Profile {
  /** JSON by key. */
  readonly values: ReadonlyMap<string, string>
  readonly origins: ReadonlyMap<string, Trait>
}

/** Folds the traits of a lead's identifiers: the last write wins, and a last write of null deletes. */
export function foldTraits(traits: Iterable<Trait>): Profile {
  const latest = new Map<string, Trait>()
  for (const trait of traits) {
    const known = latest.get(trait.key)
    if (!known || isLater(trait, known)) latest.set(trait.key, trait)
  }
  const origins = new Map(
    [...latest].filter(([, { value }]) => value !== 'null').sort(([a], [b]) => compareTexts(a, b)),
  )
  return { values: new Map([...origins].map(([key, { value }]) => [key, value])), origins }
}

const isLater = (a: Trait, b: Trait): boolean =>
  a.rank > b.rank || (a.rank === b.rank && compareTexts(a.node + a.source, b.node + b.source) > 0)

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
  const text = (key: string): string => {
    const value: unknown = JSON.parse(values.get(key) ?? 'null')
    return typeof value === 'string' ? value.trim() : ''
  }
  return text('name') || `${text('firstName')} ${text('lastName')}`.trim()
}
