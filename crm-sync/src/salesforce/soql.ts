const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}

/** A SOQL string literal. The one place where a value enters SOQL text. */
export const quoteSoql = (value: string): string =>
  `'${value.replace(/[\\'\n\r\t\b\f]/g, (found) => ESCAPES[found] ?? found)}'`

/** A literal for LIKE: `%` and `_` of the value stand for themselves. */
export const quoteSoqlContains = (value: string): string => {
  const literal = quoteSoql(value).slice(1, -1).replace(/[%_]/g, '\\$&')
  return `'%${literal}%'`
}

/** `field IN ('a', 'b')`. */
export const soqlIn = (field: string, values: readonly string[]): string =>
  `${field} IN (${values.map(quoteSoql).join(',')})`

/** URL and headers together must stay below 16 KB; this leaves room for the rest of the query and its headers. */
const MAX_ENCODED = 12_000

/** Cuts a list of values into pieces whose conditions fit into one query's address. */
export const chunkForUrl = <T>(values: readonly T[], condition: (value: T) => string): T[][] =>
  chunkBySize(values, (value) => encodeURIComponent(condition(value)).length + 3, MAX_ENCODED)

/** A query takes 100,000 characters where it stands in a body; this leaves room for its fields. */
const MAX_CHARACTERS = 90_000

/** The same for queries within a composite call. */
export const chunkForBody = <T>(values: readonly T[], condition: (value: T) => string): T[][] =>
  chunkBySize(values, (value) => condition(value).length + 1, MAX_CHARACTERS)

function chunkBySize<T>(values: readonly T[], sizeOf: (value: T) => number, max: number): T[][] {
  const chunks: T[][] = []
  let size = max
  for (const value of values) {
    const length = sizeOf(value)
    const last = chunks.at(-1)
    if (last === undefined || size + length > max) {
      chunks.push([value])
      size = length
    } else {
      last.push(value)
      size += length
    }
  }
  return chunks
}
