import type { TableRows, Warehouse } from '@leadline/warehouse'

/** Rows that are in memory as such, and as text, at a time: those of a large round would be a third of all it has. */
const PART_ROWS = 1000

/** Makes rows and inserts them, part by part; a round of the usual size is one part. */
export async function insertInParts<Table extends keyof TableRows>(
  warehouse: Warehouse,
  table: Table,
  makers: readonly (() => TableRows[Table])[],
): Promise<void> {
  for (let start = 0; start < makers.length; start += PART_ROWS)
    await warehouse.insert(
      table,
      makers.slice(start, start + PART_ROWS).map((make) => make()),
    )
}
