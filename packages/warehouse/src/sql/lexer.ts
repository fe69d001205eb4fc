/**
 * Splits ClickHouse SQL into tokens, without comments and white space. It decides nothing about meaning: the engine
 * parses. Where the engine's own lexer knows more (heredocs, typographic quotes), the characters come out as symbols,
 * so that a caller with doubts can refuse them.
 */

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'symbol'

export interface Token {
  readonly kind: TokenKind
  /** As written, quotes included. */
  readonly text: string
  readonly start: number
  readonly end: number
}

const SPACE = /(?:[ \t\r\n\f\v]+|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?(?:\*\/|$))+/y
// Digits alone are a number: what follows them (`1e5`, `0xff`) comes out as a word, which hides nothing.
const TOKEN =
  /([A-Za-z_]\w*)|(\d+)|('(?:[^'\\]+|\\[\s\S]|'')*(?:'|$))|(`(?:[^`\\]+|\\[\s\S]|``)*(?:`|$)|"(?:[^"\\]+|\\[\s\S]|"")*(?:"|$))|[\s\S]/uy
const KINDS: readonly TokenKind[] = ['word', 'number', 'string', 'quoted']

export function readTokens(sql: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    SPACE.lastIndex = at
    if (SPACE.test(sql)) at = SPACE.lastIndex
    TOKEN.lastIndex = at
    const match = TOKEN.exec(sql)
    if (!match) return tokens
    const [text, ...groups] = match
    const kind = KINDS[groups.findIndex((group) => group !== undefined)] ?? 'symbol'
    tokens.push({ kind, text, start: at, end: at + text.length })
    at += text.length
  }
}

/** The statements of a script, without the semicolons between them. */
export function splitStatements(script: string): readonly string[] {
  const statements: string[] = []
  let start: number | undefined
  let end = 0
  for (const token of readTokens(script)) {
    if (token.text === ';') {
      if (start !== undefined) statements.push(script.slice(start, end))
      start = undefined
    } else {
      start ??= token.start
      end = token.end
    }
  }
  if (start !== undefined) statements.push(script.slice(start, end))
  return statements
}
