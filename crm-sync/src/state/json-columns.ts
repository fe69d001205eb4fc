import type { Row } from '../plan/sources.ts'

/** A row whose JSON texts are read, so that the mapping can look into them. Other text stays as it is. */
export const parseColumns = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, parse(value)]))

function parse(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[{[]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    // A name may begin with a brace.
    return value
  }
}
