import type { Token } from './lexer.ts'
import { unexpectedToken } from './soql-error.ts'

const END: Token = { kind: 'end', text: '', at: 0 }

/** A cursor over tokens; words are compared without regard to case. */
export class TokenReader {
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#next + ahead] ?? END
  }

  take(): Token {
    const token = this.peek()
    this.#next += 1
    return token
  }

  isNext(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return (
      (token.kind === 'word' || token.kind === 'symbol') && token.text.toLowerCase() === text.toLowerCase()
    )
  }

  /** Takes these tokens when they all come next. */
  accept(...texts: readonly string[]): boolean {
    if (!texts.every((text, index) => this.isNext(text, index))) return false
    this.#next += texts.length
    return true
  }

  expect(text: string): void {
    if (!this.accept(text)) throw this.unexpected()
  }

  expectKind(kind: Token['kind']): Token {
    if (this.peek().kind !== kind) throw this.unexpected()
    return this.take()
  }

  unexpected(): Error {
    return unexpectedToken(this.peek().text)
  }
}
