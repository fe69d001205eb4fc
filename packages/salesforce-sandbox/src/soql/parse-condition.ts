import { isCounted, isSpanName } from './date-span.ts'
import {
  AGGREGATES,
  type Comparison,
  type Condition,
  type Join,
  type Literal,
  type Operator,
  type Path,
  type Query,
} from './query-tree.ts'
import { SoqlError, unexpectedToken } from './soql-error.ts'
import type { TokenReader } from './token-reader.ts'

const SYMBOL_OPERATORS: Readonly<Record<string, Operator>> = {
  '=': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

const MAX_DEPTH = 100

type ParseSelect = (reader: TokenReader) => Query

/** AND and OR may be mixed only with parentheses. `parseSelect` reads the query inside a semi-join. */
export function parseCondition(reader: TokenReader, parseSelect: ParseSelect, depth = 0): Condition {
  if (depth > MAX_DEPTH) throw new SoqlError('MALFORMED_QUERY', 'filter is nested too deeply')
  const parts = [parseTerm(reader, parseSelect, depth)]
  const joint = ['and', 'or'].find((word) => reader.isNext(word))
  if (joint !== 'and' && joint !== 'or') return parts[0] ?? fail(reader)
  while (reader.accept(joint)) parts.push(parseTerm(reader, parseSelect, depth))
  if (reader.isNext('and') || reader.isNext('or')) fail(reader)
  return { kind: joint, parts }
}

function fail(reader: TokenReader): never {
  throw reader.unexpected()
}

function parseTerm(reader: TokenReader, parseSelect: ParseSelect, depth: number): Condition {
  if (reader.accept('not')) return { kind: 'not', part: parseTerm(reader, parseSelect, depth + 1) }
  if (!reader.accept('(')) return parseComparison(reader, parseSelect)
  const condition = parseCondition(reader, parseSelect, depth + 1)
  reader.expect(')')
  return condition
}

/** `COUNT(Id)` as a path of its own, when it comes next. */
export function acceptAggregate(reader: TokenReader): Path | undefined {
  const { at } = reader.peek()
  const name = AGGREGATES.find((known) => reader.isNext(known) && reader.isNext('(', 1))
  if (name === undefined) return undefined
  reader.accept(name, '(')
  const { text } = reader.expectKind('word')
  reader.expect(')')
  return { text: `${name}(${text.toLowerCase()})`, at }
}

function parseComparison(reader: TokenReader, parseSelect: ParseSelect): Comparison | Join {
  const path = acceptAggregate(reader) ?? reader.expectKind('word')
  if (reader.accept('like')) {
    const { text } = reader.expectKind('string')
    return { kind: 'compare', path, operator: 'LIKE', literals: [{ kind: 'string', value: text }] }
  }
  const isNegated = reader.accept('not', 'in')
  if (isNegated || reader.accept('in')) return parseMembership(reader, { path, isNegated, parseSelect })
  const operator = LIST_OPERATORS.find((word) => reader.accept(word))
  if (operator !== undefined) return { kind: 'compare', path, operator, literals: parseList(reader) }
  return parseOrdering(reader, path)
}

const LIST_OPERATORS = ['INCLUDES', 'EXCLUDES'] as const

function parseMembership(
  reader: TokenReader,
  given: { readonly path: Path; readonly isNegated: boolean; readonly parseSelect: ParseSelect },
): Comparison | Join {
  const { path, isNegated } = given
  if (reader.isNext('(') && reader.isNext('select', 1)) {
    reader.expect('(')
    const query = given.parseSelect(reader)
    reader.expect(')')
    return { kind: 'join', path, isNegated, query }
  }
  return { kind: 'compare', path, operator: isNegated ? 'NOT IN' : 'IN', literals: parseList(reader) }
}

function parseOrdering(reader: TokenReader, path: Path): Comparison {
  const operator = SYMBOL_OPERATORS[reader.peek().kind === 'symbol' ? reader.peek().text : '']
  if (operator === undefined) throw reader.unexpected()
  reader.take()
  return { kind: 'compare', path, operator, literals: [unmask(parseLiteral(reader))] }
}

function parseList(reader: TokenReader): readonly Literal[] {
  reader.expect('(')
  const literals = [unmask(parseLiteral(reader))]
  while (reader.accept(',')) literals.push(unmask(parseLiteral(reader)))
  reader.expect(')')
  return literals
}

/** Outside LIKE an escaped wildcard is the character itself. */
function unmask(literal: Literal): Literal {
  return literal.kind === 'string'
    ? { kind: 'string', value: literal.value.replace(/\\([_%])/g, '$1') }
    : literal
}

function parseLiteral(reader: TokenReader): Literal {
  const { kind, text } = reader.take()
  if (kind === 'string') return { kind, value: text }
  if (kind === 'number') return { kind, value: Number(text) }
  if (kind === 'time') return { kind, text }
  if (kind === 'word') return parseWord(reader, text.toUpperCase())
  throw unexpectedToken(text)
}

function parseWord(reader: TokenReader, word: string): Literal {
  if (word === 'NULL') return { kind: 'null' }
  if (word === 'TRUE' || word === 'FALSE') return { kind: 'boolean', value: word === 'TRUE' }
  if (isCounted(word) && reader.accept(':')) {
    return { kind: 'relative', name: word, count: Number(reader.expectKind('number').text) }
  }
  if (isSpanName(word)) return { kind: 'relative', name: word, count: 0 }
  throw unexpectedToken(word)
}
