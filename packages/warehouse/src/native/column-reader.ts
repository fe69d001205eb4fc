import type { ByteReader } from './byte-reader.ts'

export type ColumnKind = 'text' | 'number'
/** What each column of an answer is to be, in the order of the SELECT. */
export type ColumnKinds = Readonly<Record<string, ColumnKind>>

/** Cells of one column. */
export class Cells<Value> {
  readonly #values: readonly Value[]

  constructor(values: readonly Value[]) {
    this.#values = values
  }

  at(row: number): Value {
    const value = this.#values[row]
    if (value === undefined) throw new RangeError('there is no such row')
    return value
  }
}

/** Rows that came together. */
export interface ColumnBlock<Kinds extends ColumnKinds> {
  readonly rows: number
  readonly columns: {
    readonly [Name in keyof Kinds]: Kinds[Name] extends 'text' ? Cells<string> : Cells<number>
  }
}

const NUMBERS: Readonly<Record<string, readonly [size: number, (bytes: Buffer, at: number) => number]>> = {
  UInt8: [1, (bytes, at) => bytes.readUInt8(at)],
  UInt16: [2, (bytes, at) => bytes.readUInt16LE(at)],
  UInt32: [4, (bytes, at) => bytes.readUInt32LE(at)],
  Int64: [8, (bytes, at) => toSafe(bytes.readInt32LE(at + 4) * HIGH + bytes.readUInt32LE(at))],
  UInt64: [8, (bytes, at) => toSafe(bytes.readUInt32LE(at + 4) * HIGH + bytes.readUInt32LE(at))],
  Float64: [8, (bytes, at) => bytes.readDoubleLE(at)],
}
const HIGH = 2 ** 32

function toSafe(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError('a number of the answer is beyond 2^53')
  return value
}

/** What the SELECT gives as something else has to be cast there. */
export function readTexts(reader: ByteReader, type: string, rows: number): readonly string[] {
  if (type === 'String') return reader.texts(rows)
  if (type === 'UUID') return reader.uuids(rows)
  if (!type.startsWith('Enum8(')) throw new TypeError(`a column of type ${type} is no text`)
  const names = new Map([...type.matchAll(/'([^'\\]*)' = (-?\d+)/g)].map(([, name, n]) => [Number(n), name]))
  return reader
    .numbers(rows, 1, (bytes, at) => bytes.readInt8(at))
    .map((value) => {
      const name = names.get(value)
      if (name === undefined) throw new TypeError('an Enum has a value without a name')
      return name
    })
}

export function readNumbers(reader: ByteReader, type: string, rows: number): readonly number[] {
  const known = NUMBERS[type]
  if (!known) throw new TypeError(`a column of type ${type} is no number that is read here`)
  return reader.numbers(rows, ...known)
}
