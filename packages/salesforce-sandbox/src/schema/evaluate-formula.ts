import type { FieldValue, FieldValues } from '../store/stored-record.ts'

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|\d+(?:\.\d+)?|[A-Za-z_]\w*|[&+\-*/()])/y

/**
 * A formula over a record's own fields: names, numbers, "texts", `& + - * /` and parentheses.
 * Null when it cannot be worked out.
 */
export function evaluateFormula(formula: string, values: FieldValues): FieldValue {
  const tokens = tokenize(formula)
  if (!tokens) return null
  const reader = { tokens, at: 0, values }
  const value = readSum(reader)
  return reader.at === tokens.length ? value : null
}

interface Reader {
  readonly tokens: readonly string[]
  readonly values: FieldValues
  at: number
}

function tokenize(formula: string): readonly string[] | undefined {
  const tokens: string[] = []
  let at = 0
  while (formula.slice(at).trim() !== '') {
    TOKEN.lastIndex = at
    const found = TOKEN.exec(formula)
    if (!found) return undefined
    tokens.push(found[1] ?? '')
    at = TOKEN.lastIndex
  }
  return tokens
}

function readSum(reader: Reader): FieldValue {
  let left = readProduct(reader)
  for (;;) {
    const operator = reader.tokens[reader.at] ?? ''
    if (!['&', '+', '-'].includes(operator)) return left
    reader.at += 1
    left = apply(operator, left, readProduct(reader))
  }
}

function readProduct(reader: Reader): FieldValue {
  let left = readTerm(reader)
  for (;;) {
    const operator = reader.tokens[reader.at] ?? ''
    if (!['*', '/'].includes(operator)) return left
    reader.at += 1
    left = apply(operator, left, readTerm(reader))
  }
}

function readTerm(reader: Reader): FieldValue {
  const token = reader.tokens[reader.at] ?? ''
  reader.at += 1
  if (token === '(') {
    const value = readSum(reader)
    reader.at += 1
    return value
  }
  if (token.startsWith('"')) return token.slice(1, -1).replace(/\\(.)/g, '$1')
  return /^\d/.test(token) ? Number(token) : (reader.values[token] ?? null)
}

function apply(operator: string, left: FieldValue, right: FieldValue): FieldValue {
  const isText = operator === '&' || typeof left === 'string' || typeof right === 'string'
  if (isText) return `${left ?? ''}${right ?? ''}`
  const areNumbers = typeof left === 'number' && typeof right === 'number'
  return areNumbers ? (ARITHMETIC[operator]?.(left, right) ?? null) : null
}

const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => number | null>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => (right === 0 ? null : left / right),
}
