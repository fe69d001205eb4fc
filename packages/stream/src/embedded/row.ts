import type { SQLOutputValue } from 'node:sqlite'

/** A row as node:sqlite returns it. */
export type Row = Record<string, SQLOutputValue>

export function numberIn(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw wrong(column, 'a number')
  return value
}

export function textIn(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw wrong(column, 'text')
  return value
}

export function bytesIn(row: Row, column: string): Buffer {
  const value = row[column]
  if (!(value instanceof Uint8Array)) throw wrong(column, 'bytes')
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

const wrong = (column: string, wanted: string): Error =>
  new Error(`column ${column} of the embedded log is not ${wanted}: the file is damaged or not ours`)
