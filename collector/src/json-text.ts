/**
 * Cuts JSON text into the texts of its parts, so that what was sent is passed on byte for byte: numbers keep their
 * digits and nothing is serialised again. Callers have parsed the text before: it is known to be valid here.
 */

const QUOTE = 34
const COMMA = 44
const COLON = 58
const BACKSLASH = 92
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

interface Member {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** A value's text, and how many member names stand in it at all depths. */
export interface Cut {
  readonly text: string
  readonly members: number
}

export interface CutBody {
  /** The items of the list that the named member holds. */
  readonly items: readonly Cut[]
  /** Name of a member that stands twice; what was parsed is then only the last of them. */
  readonly repeated?: string | undefined
}

/** Cuts the list out of an object's text; `name` is the member that holds it. */
export function cutBody(text: string, name: string): CutBody {
  const { members, items } = cutObject(text, name)
  const names = new Set<string>()
  for (const member of members) {
    if (names.has(member.name)) return { items: [], repeated: member.name.slice(0, 100) }
    names.add(member.name)
  }
  return { items }
}

/** The items of a text that is a list. */
export const cutItems = (text: string): readonly Cut[] => cutList(text, skipSpace(text, 0)).items

/** Member names at all depths of an object's text, repeated ones included. */
export const countMembers = (text: string): number => scanNested(text, skipSpace(text, 0)).members

/** The object's text without any member of that name. */
export function withoutMember(text: string, name: string): string {
  const kept = cutObject(text).members.filter((member) => member.name !== name)
  return `{${kept.map((member) => text.slice(member.start, member.end)).join(',')}}`
}

interface CutList {
  readonly items: readonly Cut[]
  readonly end: number
}

function cutList(text: string, start: number): CutList {
  const items: Cut[] = []
  let at = skipSpace(text, start + 1)
  while (at < text.length && text.charCodeAt(at) !== CLOSE_BRACKET) {
    const { end, members } = scanValue(text, at)
    items.push({ text: text.slice(at, end), members })
    at = skipSeparator(text, end)
  }
  return { items, end: at + 1 }
}

interface CutObject {
  readonly members: readonly Member[]
  /** Of the list in the member that was named. */
  readonly items: readonly Cut[]
}

/** In one pass: what stands in the list that is asked for is not looked at twice. */
function cutObject(text: string, listName?: string): CutObject {
  const members: Member[] = []
  let items: readonly Cut[] = []
  let at = skipSpace(text, skipSpace(text, 0) + 1)
  while (at < text.length && text.charCodeAt(at) !== CLOSE_BRACE) {
    const nameEnd = endOfString(text, at)
    const valueStart = skipSpace(text, skipSpace(text, nameEnd) + 1)
    const name = readName(text.slice(at, nameEnd))
    const list = name === listName ? cutIfList(text, valueStart) : undefined
    const end = list?.end ?? endOfValue(text, valueStart)
    items = list?.items ?? items
    members.push({ name, start: at, end })
    at = skipSeparator(text, end)
  }
  return { members, items }
}

const cutIfList = (text: string, start: number): CutList | undefined =>
  text.charCodeAt(start) === OPEN_BRACKET ? cutList(text, start) : undefined

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

interface Scanned {
  readonly end: number
  readonly members: number
}

const endOfValue = (text: string, start: number): number => scanValue(text, start).end

function scanValue(text: string, start: number): Scanned {
  const first = text.charCodeAt(start)
  if (first === QUOTE) return { end: endOfString(text, start), members: 0 }
  return first === OPEN_BRACE || first === OPEN_BRACKET
    ? scanNested(text, start)
    : { end: endOfScalar(text, start), members: 0 }
}

/** Outside of strings a colon follows a member's name and nothing else. */
function scanNested(text: string, start: number): Scanned {
  let depth = 0
  let members = 0
  let at = start
  do {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at) - 1
    else if (code === COLON) members += 1
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1
    at += 1
  } while (depth > 0 && at < text.length)
  return { end: at, members }
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
