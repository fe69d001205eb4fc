import type { Day } from '@leadline/warehouse'

/** The engine refuses a block that touches more than 100 partitions; the tables are partitioned by month. */
const MAX_MONTHS = 90

/** Rows in as few blocks as the engine takes: an import may span decades, and a client may make up any date. */
export function toInsertBlocks<Row extends { readonly d: Day }>(
  rows: readonly Row[],
): readonly (readonly Row[])[] {
  const months = Map.groupBy(rows, ({ d }) => d.slice(0, 7))
  if (months.size <= MAX_MONTHS) return [rows]
  const blocks: Row[][] = []
  for (const [index, month] of [...months.keys()].sort().entries()) {
    if (index % MAX_MONTHS === 0) blocks.push([])
    blocks.at(-1)?.push(...(months.get(month) ?? []))
  }
  return blocks
}
