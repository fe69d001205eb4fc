/**
 * Cuts JSON text into the texts of its parts, so that what was sent is passed on byte for byte: numbers keep their
 * digits and nothing is serialised again. Callers have parsed the text before: it is known to be valid here.
 */

const QUOTE = 34
const COMMA = 44
const BACKSLASH = 92
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

interface Member {
  readonly name: string
  readonly start: number
  readonly valueStart: number
  readonly end: number
}

/** The texts of a list's items; `name` is the member of `text` that holds the list. */
export function cutListMember(text: string, name: string): readonly string[] {
  // Of repeated members JSON.parse keeps the last, and so must the text that was not checked otherwise.
  const member = cutObject(text).findLast((candidate) => candidate.name === name)
  return member === undefined ? [] : cutList(text, member.valueStart)
}

/** The object's text without any member of that name. */
export function withoutMember(text: string, name: string): string {
  const kept = cutObject(text).filter((member) => member.name !== name)
  return `{${kept.map((member) => text.slice(member.start, member.end)).join(',')}}`
}

function cutList(text: string, start: number): readonly string[] {
  const items: string[] = []
  let at = skipSpace(text, start + 1)
  while (at < text.length && text.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = endOfValue(text, at)
    items.push(text.slice(at, end))
    at = skipSeparator(text, end)
  }
  return items
}

function cutObject(text: string): readonly Member[] {
  const members: Member[] = []
  let at = skipSpace(text, skipSpace(text, 0) + 1)
  while (at < text.length && text.charCodeAt(at) !== CLOSE_BRACE) {
    const nameEnd = endOfString(text, at)
    const valueStart = skipSpace(text, skipSpace(text, nameEnd) + 1)
    const end = endOfValue(text, valueStart)
    members.push({ name: readName(text.slice(at, nameEnd)), start: at, valueStart, end })
    at = skipSeparator(text, end)
  }
  return members
}

/** A name may be written with escapes, and is the same name then. */
const readName = (quoted: string): string =>
  quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1)

function skipSpace(text: string, start: number): number {
  let at = start
  while (at < text.length && text.charCodeAt(at) <= 32) at += 1
  return at
}

function skipSeparator(text: string, start: number): number {
  const at = skipSpace(text, start)
  return text.charCodeAt(at) === COMMA ? skipSpace(text, at + 1) : at
}

function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === QUOTE) return endOfString(text, start)
  return first === OPEN_BRACE || first === OPEN_BRACKET ? endOfNested(text, start) : endOfScalar(text, start)
}

function endOfNested(text: string, start: number): number {
  let depth = 0
  let at = start
  do {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at) - 1
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1
    at += 1
  } while (depth > 0 && at < text.length)
  return at
}

function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1)
  while (quote !== -1 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1)
  return quote === -1 ? text.length : quote + 1
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === BACKSLASH) before -= 1
  return (at - before) % 2 === 0
}

function endOfScalar(text: string, start: number): number {
  let at = start
  while (at < text.length && !isEndOfScalar(text.charCodeAt(at))) at += 1
  return at
}

const isEndOfScalar = (code: number): boolean =>
  code <= 32 || code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET
