import { isWord, type Statement } from './statement.ts'
import type { Token } from '../sql/lexer.ts'

/**
 * What the read-only user may not say. The engine's `readonly = 1` refuses writes, DDL and most table functions, but
 * (measured on 26.7) it lets `file()` read any file, KILL QUERY, DESCRIBE and table functions that touch a path
 * before they are refused. This looks at names only and refuses rather too much.
 */

const VERBS: ReadonlySet<string> = new Set([
  'select',
  'with',
  'show',
  'describe',
  'desc',
  'exists',
  'explain',
])

/** Scalar functions that reach outside the database. */
const OUTSIDE_FUNCTIONS = [
  'file',
  'catboostEvaluate',
  'hasColumnInTable',
  'aiClassify',
  'aiGenerate',
  'aiEmbed',
  'aiExtract',
  'aiTranslate',
]

/** Table functions that make rows from nothing or from a table, and `format`, which is also a scalar function. */
const INSIDE_TABLE_FUNCTIONS: ReadonlySet<string> = new Set(
  [
    'numbers',
    'numbers_mt',
    'zeros',
    'zeros_mt',
    'primes',
    'generate_series',
    'generateSeries',
    'values',
    'null',
    'view',
    'format',
  ].map((name) => name.toLowerCase()),
)

/** Lower-case names that a reader may not call, given all table functions of the engine. */
export function toOutsideNames(tableFunctions: readonly string[]): ReadonlySet<string> {
  const names = [...OUTSIDE_FUNCTIONS, ...tableFunctions].map((name) => name.toLowerCase())
  return new Set(names.filter((name) => !INSIDE_TABLE_FUNCTIONS.has(name)))
}

/** Why a reader may not run this, or undefined when it may. */
export function refusalForReader(statement: Statement, outside: ReadonlySet<string>): string | undefined {
  if (!VERBS.has(statement.verb))
    return `${statement.verb.toUpperCase() || 'This statement'} is not for a reader`
  for (const [i, token] of statement.tokens.entries()) {
    const refusal = refuseToken(token, statement.tokens[i + 1], outside)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function refuseToken(
  token: Token,
  next: Token | undefined,
  outside: ReadonlySet<string>,
): string | undefined {
  // APPLY takes a function by its bare name, so it would get round the check of calls.
  if (isWord(token, 'apply')) return 'APPLY is not for a reader'
  if (token.kind === 'symbol' && /[^\x20-\x7e]|\$/.test(token.text))
    return `the character ${token.text} is not for a reader`
  if (next?.text !== '(') return undefined
  if (token.kind === 'quoted' && /[\\]|``|""/.test(token.text))
    return 'an escaped function name is not for a reader'
  const name = (token.kind === 'quoted' ? token.text.slice(1, -1) : token.text).toLowerCase()
  return outside.has(name) ? `the function ${name} is not for a reader` : undefined
}
