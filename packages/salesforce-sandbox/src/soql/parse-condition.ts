import type { Comparison, Condition, Literal, Operator } from './query-tree.ts'
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

/** AND and OR may be mixed only with parentheses. */
export function parseCondition(reader: TokenReader, depth = 0): Condition {
  if (depth > MAX_DEPTH) throw new SoqlError('MALFORMED_QUERY', 'filter is nested too deeply')
  const parts = [parseTerm(reader, depth)]
  const joint = ['and', 'or'].find((word) => reader.isNext(word))
  if (joint !== 'and' && joint !== 'or') return parts[0] ?? fail(reader)
  while (reader.accept(joint)) parts.push(parseTerm(reader, depth))
  if (reader.isNext('and') || reader.isNext('or')) fail(reader)
  return { kind: joint, parts }
}

function fail(reader: TokenReader): never {
  throw reader.unexpected()
}

function parseTerm(reader: TokenReader, depth: number): Condition {
  if (reader.accept('not')) return { kind: 'not', part: parseTerm(reader, depth + 1) }
  if (!reader.accept('(')) return parseComparison(reader)
  const condition = parseCondition(reader, depth + 1)
  reader.expect(')')
  return condition
}

function parseComparison(reader: TokenReader): Comparison {
  const path = reader.expectKind('word')
  if (reader.accept('like')) {
    const { text } = reader.expectKind('string')
    return { kind: 'compare', path, operator: 'LIKE', literals: [{ kind: 'string', value: text }] }
  }
  if (reader.accept('not', 'in'))
    return { kind: 'compare', path, operator: 'NOT IN', literals: parseList(reader) }
  if (reader.accept('in')) return { kind: 'compare', path, operator: 'IN', literals: parseList(reader) }
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
  if (/^(TODAY|YESTERDAY|TOMORROW)$/.test(word)) return { kind: 'relative', name: word, days: 0 }
  if (/^(LAST|NEXT)_N_DAYS$/.test(word) && reader.accept(':')) {
    return { kind: 'relative', name: word, days: Number(reader.expectKind('number').text) }
  }
  throw unexpectedToken(word)
}
