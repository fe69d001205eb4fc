import { parseTime, type FieldValue } from './field-values.ts'
import type { PlannedValue } from './operation.ts'

/** A row of the warehouse: columns that hold JSON are parsed. */
export type Row = Readonly<Record<string, unknown>>

/** What a mapping may draw on. */
export interface SourceParts {
  /** Derived values of a person, see PersonFacts. */
  readonly person?: Readonly<Record<string, FieldValue>>
  /** Rows of the person's leads, the most recently seen first. */
  readonly leads?: readonly Row[]
  readonly company?: Row | undefined
  /** Salesforce id of the company's Account, or the record of the same plan. */
  readonly account?: PlannedValue
  readonly session?: Readonly<Record<string, FieldValue>>
}

export interface Sources {
  /** `lead.traits.plan`: the value, null when there is none. */
  read(path: string): PlannedValue
  /** When the value was stated, in ms since 1970; of what has no time of its own, when the person was last seen. */
  statedMs(path: string): number
}

export function createSources(parts: SourceParts): Sources {
  return {
    read(path) {
      const [root = '', ...keys] = path.split('.')
      if (root === 'account') return keys[0] === 'id' ? (parts.account ?? null) : null
      if (root === 'lead') return firstValue(parts.leads ?? [], keys)
      if (root === 'company') return toValue(dig(parts.company, keys))
      if (root === 'person') return toValue(dig(parts.person, keys))
      return toValue(dig(parts.session, keys))
    },
    statedMs: (path) => statedMs(parts.leads ?? [], path.split('.')),
  }
}

function firstValue(rows: readonly Row[], keys: readonly string[]): FieldValue {
  for (const row of rows) {
    const value = toValue(dig(row, keys))
    if (value !== null && value !== '') return value
  }
  return null
}

function dig(from: unknown, keys: readonly string[]): unknown {
  let value = from
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  return value
}

/** Lists become text with commas; of an object (as in `company`) its name or id stands for it. */
function toValue(found: unknown): FieldValue {
  if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return found
  if (Array.isArray(found))
    return found
      .map(toValue)
      .filter((item) => item !== null)
      .join(', ')
  if (typeof found !== 'object' || found === null) return null
  return toValue(Reflect.get(found, 'name') ?? Reflect.get(found, 'id'))
}

function statedMs(leads: readonly Row[], [root, column, key]: readonly string[]): number {
  const name = root === 'lead' && column === 'traits' ? key : column
  const times = leads.flatMap((lead) => {
    const stated = name === undefined ? undefined : dig(lead['provenance'], [name, 'time'])
    const ms = parseTime(String(stated ?? lead['last_seen']))
    return Number.isNaN(ms) ? [] : [ms]
  })
  return Math.max(0, ...times)
}
