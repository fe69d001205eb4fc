import { ByteReader } from './byte-reader.ts'
import { Cells, readNumbers, readTexts, type ColumnBlock, type ColumnKinds } from './column-reader.ts'

/**
 * An answer in ClickHouse's format Native, block by block: each is decoded when it is asked for, so that what is made of
 * a row may take its place. TypeError or RangeError for what was not asked for or is cut off.
 */
export function* readBlocks<Kinds extends ColumnKinds>(
  bytes: Buffer,
  kinds: Kinds,
): Generator<ColumnBlock<Kinds>> {
  const reader = new ByteReader(bytes)
  while (!reader.isAtEnd()) {
    const block = readBlock(reader, kinds)
    if (isOf(block, kinds)) yield block
  }
}

function readBlock(reader: ByteReader, kinds: ColumnKinds) {
  const wanted = Object.entries(kinds)
  const count = reader.varint()
  const rows = reader.varint()
  if (count !== wanted.length) throw new TypeError(`the answer has ${count} columns, not ${wanted.length}`)
  const columns: Record<string, Cells<string> | Cells<number>> = {}
  for (const [name, kind] of wanted) {
    const found = reader.text()
    if (found !== name) throw new TypeError(`the answer has column ${found} in the place of ${name}`)
    const type = toValueType(reader.text())
    columns[name] =
      kind === 'text' ? new Cells(readTexts(reader, type, rows)) : new Cells(readNumbers(reader, type, rows))
  }
  return { rows, columns }
}

/** An aggregate that is a plain value lies as that. */
const toValueType = (type: string): string => /^SimpleAggregateFunction\(\w+, (.+)\)$/.exec(type)?.[1] ?? type

/** Every column was read as what it is to be. */
const isOf = <Kinds extends ColumnKinds>(
  block: { readonly columns: object },
  kinds: Kinds,
): block is ColumnBlock<Kinds> => Object.keys(kinds).every((name) => name in block.columns)
