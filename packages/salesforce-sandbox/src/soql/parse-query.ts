import { tokenize } from './lexer.ts'
import { parseCondition } from './parse-condition.ts'
import type { Order, Path, Query } from './query-tree.ts'
import { SoqlError } from './soql-error.ts'
import { TokenReader } from './token-reader.ts'

const MAX_CHARS = 100_000
const MAX_OFFSET = 2000

/** Parses one SELECT over one object. Throws SoqlError. */
export function parseQuery(text: string): Query {
  if (text.length > MAX_CHARS) {
    throw new SoqlError('MALFORMED_QUERY', `SOQL statements cannot be longer than ${MAX_CHARS} characters.`)
  }
  const reader = new TokenReader(tokenize(text))
  reader.expect('select')
  const isCount = reader.accept('count', '(', ')')
  const select = isCount ? [] : parsePaths(reader)
  reader.expect('FROM')
  const from = reader.expectKind('word').text
  const where = reader.accept('where') ? parseCondition(reader) : undefined
  const orderBy = reader.accept('order', 'by') ? parseOrders(reader) : []
  const limit = reader.accept('limit') ? parseCount(reader) : undefined
  const offset = reader.accept('offset') ? parseCount(reader) : 0
  if (reader.peek().kind !== 'end') throw reader.unexpected()
  if (offset > MAX_OFFSET) {
    throw new SoqlError('NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${MAX_OFFSET}`)
  }
  return { select, isCount, from, where, orderBy, limit, offset }
}

function parsePaths(reader: TokenReader): readonly Path[] {
  const paths = [reader.expectKind('word')]
  while (reader.accept(',')) paths.push(reader.expectKind('word'))
  return paths
}

function parseOrders(reader: TokenReader): readonly Order[] {
  const orders = [parseOrder(reader)]
  while (reader.accept(',')) orders.push(parseOrder(reader))
  return orders
}

/** Without a word about nulls they come first, whichever way the order runs. */
function parseOrder(reader: TokenReader): Order {
  const path = reader.expectKind('word')
  const descending = reader.accept('desc') || (reader.accept('asc') && false)
  const nullsLast = reader.accept('nulls', 'last') || (reader.accept('nulls', 'first') && false)
  return { path, descending, nullsLast }
}

function parseCount(reader: TokenReader): number {
  const { text } = reader.expectKind('number')
  if (!/^\d+$/.test(text)) throw new SoqlError('MALFORMED_QUERY', `unexpected token: '${text}'`)
  return Number(text)
}
