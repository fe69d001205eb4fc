import { tokenize } from './lexer.ts'
import { acceptAggregate, parseCondition } from './parse-condition.ts'
import { AGGREGATES, isAggregate, type Order, type Path, type Query, type SelectItem } from './query-tree.ts'
import { SoqlError } from './soql-error.ts'
import { TokenReader } from './token-reader.ts'

const MAX_CHARS = 100_000
const MAX_OFFSET = 2000
const MAX_ROWS_OF_ALL_FIELDS = 200

/** Parses one SELECT over one object, with subqueries over its children. Throws SoqlError. */
export function parseQuery(text: string): Query {
  if (text.length > MAX_CHARS) {
    throw new SoqlError('MALFORMED_QUERY', `SOQL statements cannot be longer than ${MAX_CHARS} characters.`)
  }
  const reader = new TokenReader(tokenize(text))
  const query = parseSelect(reader)
  if (reader.peek().kind !== 'end') throw reader.unexpected()
  return query
}

/** One SELECT, wherever it stands. */
export function parseSelect(reader: TokenReader): Query {
  reader.expect('select')
  const isCount = reader.accept('count', '(', ')')
  const select = isCount ? [] : parseList(reader, () => parseItem(reader))
  reader.expect('FROM')
  const from = reader.expectKind('word').text
  const where = reader.accept('where') ? parseCondition(reader, parseSelect) : undefined
  const groupBy = reader.accept('group', 'by') ? parseList(reader, () => reader.expectKind('word')) : []
  const having = reader.accept('having') ? parseCondition(reader, parseSelect) : undefined
  const orderBy = reader.accept('order', 'by') ? parseList(reader, () => parseOrder(reader)) : []
  const limit = reader.accept('limit') ? parseCount(reader) : undefined
  const offset = reader.accept('offset') ? parseCount(reader) : 0
  const query = { select, isCount, from, where, groupBy, having, orderBy, limit, offset }
  checkShape(query)
  return query
}

function checkShape(query: Query): void {
  if (query.offset > MAX_OFFSET) {
    throw new SoqlError('NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${MAX_OFFSET}`)
  }
  const hasFields = query.select.some((item) => item.kind === 'fields')
  if (hasFields && (query.limit ?? Infinity) > MAX_ROWS_OF_ALL_FIELDS) {
    const message = `The SOQL FIELDS function must have a LIMIT of at most ${MAX_ROWS_OF_ALL_FIELDS}`
    throw new SoqlError('MALFORMED_QUERY', message)
  }
  if (query.having && query.groupBy.length === 0)
    throw new SoqlError('MALFORMED_QUERY', 'HAVING needs GROUP BY')
  if (isAggregate(query)) checkGrouped(query)
}

function checkGrouped(query: Query): void {
  const grouped = new Set(query.groupBy.map((path) => path.text.toLowerCase()))
  for (const item of query.select) {
    if (item.kind === 'aggregate') continue
    const name = item.kind === 'path' ? item.path.text : 'a subquery'
    if (item.kind !== 'path' || !grouped.has(name.toLowerCase())) {
      throw new SoqlError('MALFORMED_QUERY', `Field must be grouped or aggregated: ${name}`)
    }
  }
}

function parseList<T>(reader: TokenReader, parse: () => T): readonly T[] {
  const items = [parse()]
  while (reader.accept(',')) items.push(parse())
  return items
}

function parseItem(reader: TokenReader): SelectItem {
  if (reader.accept('(')) {
    const query = parseSelect(reader)
    reader.expect(')')
    return { kind: 'children', query }
  }
  if (reader.accept('fields', '(')) {
    const group = reader.expectKind('word').text.toUpperCase()
    reader.expect(')')
    if (!['ALL', 'STANDARD', 'CUSTOM'].includes(group)) throw reader.unexpected()
    return { kind: 'fields', group }
  }
  return (
    parseAggregate(reader) ?? { kind: 'path', path: reader.expectKind('word'), alias: parseAlias(reader) }
  )
}

function parseAggregate(reader: TokenReader): SelectItem | undefined {
  const name = AGGREGATES.find((known) => reader.isNext(known) && reader.isNext('(', 1))
  if (name === undefined) return undefined
  reader.accept(name, '(')
  const path = reader.expectKind('word')
  reader.expect(')')
  return { kind: 'aggregate', name, path, alias: parseAlias(reader) }
}

function parseAlias(reader: TokenReader): string | undefined {
  const isWord = reader.peek().kind === 'word' && (reader.isNext('from', 1) || reader.isNext(',', 1))
  return isWord ? reader.take().text : undefined
}

/** Without a word about nulls they come first, whichever way the order runs. */
function parseOrder(reader: TokenReader): Order {
  const path: Path = acceptAggregate(reader) ?? reader.expectKind('word')
  const descending = reader.accept('desc') || (reader.accept('asc') && false)
  const nullsLast = reader.accept('nulls', 'last') || (reader.accept('nulls', 'first') && false)
  return { path, descending, nullsLast }
}

function parseCount(reader: TokenReader): number {
  const { text } = reader.expectKind('number')
  if (!/^\d+$/.test(text)) throw new SoqlError('MALFORMED_QUERY', `unexpected token: '${text}'`)
  return Number(text)
}
