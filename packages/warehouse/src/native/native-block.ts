import { ByteWriter } from './byte-writer.ts'
import { ColumnWriter } from './column-writer.ts'

/** Rows as one block of ClickHouse's format Native: the engine takes it for an eighth of what rows of JSON cost it. */
export interface NativeBlock {
  readonly columns: readonly string[]
  readonly bytes: Buffer
}

/** Their memory is used again: a block is made from beginning to end without a pause. */
const writers: ColumnWriter[] = []

const MAX_HEAD_BYTES = 20

/**
 * Columns go as what they are here: texts, numbers, lists of texts. The engine casts them to what they are there (a
 * UUID, a time, an Enum), so that nothing here has to know the tables. All rows must have the same columns.
 */
export function toNativeBlock(rows: readonly object[]): NativeBlock {
  const columns = Object.keys(rows[0] ?? {})
  while (writers.length < columns.length) writers.push(new ColumnWriter())
  for (const [i, column] of columns.entries()) writers[i]?.begin(column)
  for (const row of rows) addRow(row, columns)
  const used = writers.slice(0, columns.length)
  const block = new ByteWriter(used.reduce((sum, { size }) => sum + size, MAX_HEAD_BYTES))
  block.varint(columns.length)
  block.varint(rows.length)
  for (const writer of used) writer.writeTo(block)
  return { columns, bytes: block.bytes }
}

function addRow(row: object, columns: readonly string[]): void {
  const cells = toCells(row, columns)
  for (let i = 0; i < cells.length; i += 1) writers[i]?.add(cells[i])
}

/** Nearly all rows of an insert were made by one literal, and have their columns in one order. */
function toCells(row: object, columns: readonly string[]): readonly unknown[] {
  const names = Object.keys(row)
  if (names.length !== columns.length) throw new TypeError('rows of one insert have different columns')
  if (names.every((name, i) => name === columns[i])) return Object.values(row)
  return columns.map((column): unknown => Reflect.get(row, column))
}
