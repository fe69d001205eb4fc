import type { FieldValue } from '../plan/field-values.ts'

/** Sets a field to nothing. An empty cell leaves it alone. */
const CLEAR = '#N/A'

export type CsvRow = Readonly<Record<string, FieldValue>>

/**
 * Rows of one set of columns as CSV: header, every cell quoted, LF. `null` clears. Text goes over as it is, whatever a
 * spreadsheet would make of it; only text that reads like the sign for clearing loses its `#`.
 */
export function writeCsv(columns: readonly string[], rows: readonly CsvRow[]): string {
  const lines = rows.map((row) => columns.map((column) => quote(toCell(row[column]))).join(','))
  return [columns.map(quote).join(','), ...lines, ''].join('\n')
}

function toCell(value: FieldValue | undefined): string {
  if (value === null) return CLEAR
  const text = value === undefined ? '' : String(value)
  return text.trim().toUpperCase() === CLEAR ? text.replace('#', '') : text
}

const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`

const CELL = /"((?:[^"]|"")*)"(,|\r?\n|$)|([^,"\r\n]*)(,|\r?\n|$)/gy

/** Rows of a CSV by the names of its header. Throws when a quoted cell does not end. */
export function parseCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const [header = [], ...lines] = readLines(text.replace(/^\uFEFF/, ''))
  return lines.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ''])))
}

function readLines(text: string): string[][] {
  const lines: string[][] = []
  let line: string[] = []
  let position = 0
  while (position < text.length) {
    CELL.lastIndex = position
    const match = CELL.exec(text)
    if (match === null) throw new Error(`CSV cannot be read from character ${position}`)
    const end = match[2] ?? match[4] ?? ''
    line.push(match[1] === undefined ? (match[3] ?? '') : match[1].replaceAll('""', '"'))
    position = CELL.lastIndex
    if (end === ',' && position < text.length) continue
    lines.push(end === ',' ? [...line, ''] : line)
    line = []
  }
  return lines
}
