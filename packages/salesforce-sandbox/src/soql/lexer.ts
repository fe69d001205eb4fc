import { SoqlError, unexpectedToken } from './soql-error.ts'

export interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'time' | 'symbol' | 'end'
  /** As written; for a string its unescaped content. */
  readonly text: string
  /** Position in the query, from 0. */
  readonly at: number
}

const PATTERNS = [
  ['time', /\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2}))?/iy],
  ['number', /[+-]?\d+(\.\d+)?/y],
  ['word', /[a-z_]\w*(\.[a-z_]\w*)*/iy],
  ['symbol', /<=|>=|!=|<>|[=<>(),:]/y],
] as const

const ESCAPES: Readonly<Record<string, string>> = {
  "'": "'",
  '"': '"',
  '\\': '\\',
  n: '\n',
  N: '\n',
  r: '\r',
  R: '\r',
  t: '\t',
  T: '\t',
  b: '\b',
  B: '\b',
  f: '\f',
  F: '\f',
  // Kept with their backslash: only LIKE gives them a meaning.
  _: '\\_',
  '%': '\\%',
}

/** Splits a query into tokens. A bare quote ends a string, and no escape but the platform's own is taken. */
export function tokenize(query: string): readonly Token[] {
  const tokens: Token[] = []
  let at = skipBlanks(query, 0)
  while (at < query.length) {
    const { token, end } = query[at] === "'" ? readString(query, at) : readPlain(query, at)
    tokens.push(token)
    at = skipBlanks(query, end)
  }
  return [...tokens, { kind: 'end', text: '', at }]
}

/** Texts in a query; -1 when it cannot be split into tokens. */
export function countLiterals(query: string): number {
  try {
    return tokenize(query).filter(({ kind }) => kind === 'string').length
  } catch (error) {
    if (error instanceof SoqlError) return -1
    throw error
  }
}

function skipBlanks(query: string, from: number): number {
  let at = from
  while (at < query.length && /\s/.test(query.charAt(at))) at += 1
  return at
}

function readPlain(query: string, at: number): { token: Token; end: number } {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at
    const text = pattern.exec(query)?.[0]
    if (text !== undefined) return { token: { kind, text, at }, end: at + text.length }
  }
  throw unexpectedToken(query.charAt(at))
}

function readString(query: string, start: number): { token: Token; end: number } {
  let text = ''
  let at = start + 1
  while (at < query.length && query[at] !== "'") {
    if (query[at] === '\\') {
      const escaped = ESCAPES[query.charAt(at + 1)]
      if (escaped === undefined) {
        throw new SoqlError(
          'MALFORMED_QUERY',
          `Illegal string literal: invalid escape \\${query.charAt(at + 1)}`,
        )
      }
      text += escaped
      at += 2
    } else {
      text += query.charAt(at)
      at += 1
    }
  }
  if (at >= query.length) throw new SoqlError('MALFORMED_QUERY', 'line 1: string literal is not closed')
  return { token: { kind: 'string', text, at: start }, end: at + 1 }
}
