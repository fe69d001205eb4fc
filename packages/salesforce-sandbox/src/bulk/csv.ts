/** CSV as Bulk API 2.0 reads and writes it (RFC 4180, every written value quoted). */

export interface CsvFormat {
  readonly delimiter: string
  readonly lineEnding: 'LF' | 'CRLF'
}

export const DELIMITERS: Readonly<Record<string, string>> = {
  COMMA: ',',
  SEMICOLON: ';',
  TAB: '\t',
  PIPE: '|',
  CARET: '^',
  BACKQUOTE: '`',
}

/** Rows of cells; undefined when line ends are not the declared ones or a quote is not closed. */
export function parseCsv(text: string, format: CsvFormat): readonly (readonly string[])[] | undefined {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < source.length) {
    const cell = readCell(source, at, format.delimiter)
    if (!cell) return undefined
    row.push(cell.value)
    const end = endOfLine(source, cell.end)
    if (end && end.ending !== format.lineEnding) return undefined
    if (!end) {
      at = cell.end + 1
      continue
    }
    rows.push(row)
    row = []
    at = cell.end + end.length
  }
  const isOpen = row.length > 0 || source.endsWith(format.delimiter)
  return (isOpen ? [...rows, source.endsWith(format.delimiter) ? [...row, ''] : row] : rows).filter(
    (cells) => cells.length > 1 || cells[0] !== '',
  )
}

function readCell(
  source: string,
  start: number,
  delimiter: string,
): { value: string; end: number } | undefined {
  if (source[start] === '"') return readQuoted(source, start)
  let end = start
  while (end < source.length && source[end] !== delimiter && source[end] !== '\n' && source[end] !== '\r')
    end += 1
  return { value: source.slice(start, end), end }
}

function readQuoted(source: string, start: number): { value: string; end: number } | undefined {
  let value = ''
  let at = start + 1
  for (;;) {
    const quote = source.indexOf('"', at)
    if (quote === -1) return undefined
    value += source.slice(at, quote)
    if (source[quote + 1] !== '"') return { value, end: quote + 1 }
    value += '"'
    at = quote + 2
  }
}

function endOfLine(
  source: string,
  at: number,
): { ending: CsvFormat['lineEnding']; length: number } | undefined {
  if (source.startsWith('\r\n', at)) return { ending: 'CRLF', length: 2 }
  if (source[at] === '\n' || source[at] === '\r') return { ending: 'LF', length: 1 }
  return undefined
}

export function toCsvLine(cells: readonly string[], format: CsvFormat): string {
  const ending = format.lineEnding === 'CRLF' ? '\r\n' : '\n'
  return cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(format.delimiter) + ending
}
