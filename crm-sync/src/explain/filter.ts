/** Conditions that a person writes: `stage=qualified,domain=acme.com`. */
export interface Filter {
  readonly values: ReadonlyMap<string, string>
}

export type FilterResult =
  { readonly ok: true; readonly filter: Filter } | { readonly ok: false; readonly reason: string }

export const EMPTY_FILTER: Filter = { values: new Map() }

/** Columns and comparisons are ours; only values come from the person, as parameters. */
export interface FilterKey {
  readonly sql: string
  readonly type: 'String' | 'DateTime64(3)'
}

export function parseFilter(text: string, keys: Readonly<Record<string, FilterKey>>): FilterResult {
  const values = new Map<string, string>()
  for (const part of text.split(',')) {
    const [key = '', ...rest] = part.split('=')
    const name = key.trim()
    if (!Object.hasOwn(keys, name))
      return {
        ok: false,
        reason: `a filter has no ${JSON.stringify(name)}; known: ${Object.keys(keys).join(', ')}`,
      }
    if (rest.length === 0) return { ok: false, reason: `${name} needs a value: ${name}=…` }
    values.set(name, rest.join('=').trim())
  }
  return { ok: true, filter: { values } }
}

/** SQL for the conditions of a filter, and its parameters. */
export function toCondition(
  { values }: Filter,
  keys: Readonly<Record<string, FilterKey>>,
): { readonly sql: string; readonly params: Readonly<Record<string, string>> } {
  const known = [...values].flatMap(([name, value]) => {
    const key = keys[name]
    return key ? [{ name, value, key }] : []
  })
  return {
    sql: known.map(({ name, key }) => ` AND ${key.sql.replace('?', `{f_${name}:${key.type}}`)}`).join(''),
    params: Object.fromEntries(known.map(({ name, value, key }) => [`f_${name}`, toParam(key, value)])),
  }
}

/** `2026-11-20`, or with a time; ClickHouse takes no `T` and no zone. */
const toParam = ({ type }: FilterKey, value: string): string =>
  type === 'String' ? value : value.replace('T', ' ').replace(/(?:\.\d+)?Z$/, '')
