import { readTokens, type Token } from '../sql/lexer.ts'

/** What the server must know about a statement before the engine sees it. */
export interface Statement {
  /** The SQL without comments around it and without a closing semicolon. */
  readonly sql: string
  readonly tokens: readonly Token[]
  /** First word in lower case; empty when there is none. */
  readonly verb: string
  /** The `FORMAT name` that it ends with. */
  readonly format: string | undefined
}

export type StatementResult =
  { readonly ok: true; readonly statement: Statement } | { readonly ok: false; readonly reason: string }

/** One statement of SQL text. As on a server, a request holds exactly one, and INTO OUTFILE belongs to the client. */
export function parseStatement(text: string): StatementResult {
  const all = readTokens(text)
  const data = inlineDataStart(all)
  const tokens = data === undefined && all.at(-1)?.text === ';' ? all.slice(0, -1) : all
  const [first] = tokens
  if (!first) return { ok: false, reason: 'Empty query' }
  const spoken = tokens.slice(0, data)
  const reason = refuse(spoken)
  if (reason !== undefined) return { ok: false, reason }
  const sql = text.slice(first.start, data === undefined ? tokens.at(-1)?.end : undefined)
  const verb = first.kind === 'word' ? first.text.toLowerCase() : ''
  return { ok: true, statement: { sql, tokens: spoken, verb, format: closingFormat(spoken) } }
}

function refuse(tokens: readonly Token[]): string | undefined {
  for (const [i, token] of tokens.entries()) {
    if (token.text === ';') return 'Multi-statements are not allowed'
    if (isWord(token, 'into') && isWord(tokens[i + 1], 'outfile')) return 'INTO OUTFILE is not allowed'
  }
  return undefined
}

export const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.text.toLowerCase() === word

/** Index of the first token of an INSERT's rows, when they stand in the statement itself: they are not SQL. */
function inlineDataStart(tokens: readonly Token[]): number | undefined {
  if (!isWord(tokens[0], 'insert')) return undefined
  const source = tokens.findIndex((token) =>
    ['format', 'values', 'select', 'with'].some((word) => isWord(token, word)),
  )
  if (isWord(tokens[source], 'values')) return source + 1
  if (isWord(tokens[source], 'format')) return source + 2
  return undefined
}

function closingFormat(tokens: readonly Token[]): string | undefined {
  const at = tokens.findLastIndex((token) => isWord(token, 'format'))
  const name = tokens[at + 1]
  const next = tokens[at + 2]
  if (at < 0 || name?.kind !== 'word') return undefined
  return next === undefined || isWord(next, 'settings') ? name.text : undefined
}

const PLAIN_INSERT =
  /^(insert\s+into\s+(?:table\s+)?[\w.`"]+\s*(?:\((?:[^()]|\([^()]*\))*\))?)(\s*(?:settings\s[^;]*\s)?format\s+\w+)$/i

/** Writes the same INSERT with its rows in a file; undefined for one that is not of the plain kind. */
export function toInsertFromFile(sql: string): ((path: string) => string) | undefined {
  const [, into, format] = PLAIN_INSERT.exec(sql) ?? []
  if (into === undefined || format === undefined) return undefined
  return (path) => `${into} FROM INFILE '${path.replace(/[\\']/g, '\\$&')}' ${format}`
}
