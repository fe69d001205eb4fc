/** Values that programs send when they have no identifier. Compared in lower case, without quotes around. */
const JUNK: ReadonlySet<string> = new Set([
  '',
  'null',
  'undefined',
  'none',
  'nil',
  'nan',
  'anonymous',
  'anon',
  'guest',
  'unknown',
  'n/a',
  'na',
  'true',
  'false',
  'user',
  'userid',
  'user_id',
  'id',
  'email',
  'test',
  '[object object]',
  '-1',
  '{}',
  '[]',
])
const ONLY_ZEROS_AND_DASHES = /^[0\-\s.]*$/

const JUNK_MAILS: ReadonlySet<string> = new Set(['test@test.com', 'none@none.com', 'email@email.com'])
const JUNK_DOMAINS: ReadonlySet<string> = new Set(['example.com', 'example.net', 'example.org'])
const JUNK_TOP_LEVELS: ReadonlySet<string> = new Set(['invalid', 'localhost'])
const JUNK_LOCAL_PARTS: ReadonlySet<string> = new Set([
  'noreply',
  'no-reply',
  'donotreply',
  'test',
  'none',
  'null',
  'undefined',
  'nobody',
  'fake',
  'asdf',
])

/** The workspace's own junk: exact values as `toJunkKey` writes them, and patterns for whole such values. */
export interface FurtherJunk {
  readonly values: ReadonlySet<string>
  readonly patterns: readonly RegExp[]
}

export const NO_FURTHER_JUNK: FurtherJunk = { values: new Set(), patterns: [] }

/** Is the value nobody's? */
export function isJunk(value: string, { values, patterns }: FurtherJunk): boolean {
  // A lone surrogate is stored and hashed as U+FFFD, whichever it was: two such values would be one.
  if (!value.isWellFormed()) return true
  const key = toJunkKey(value)
  if (JUNK.has(key) || ONLY_ZEROS_AND_DASHES.test(key) || values.has(key)) return true
  return patterns.some((pattern) => pattern.test(key))
}

/** Patterns as the settings write them: `*` stands for anything, all else for itself. No other sign, so none is slow. */
export const toJunkPattern = (text: string): RegExp =>
  new RegExp(`^${toJunkKey(text).split('*').map(escapeSigns).join('.*?')}$`, 's')

const escapeSigns = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** Lower case, without spaces and quotes around. */
export function toJunkKey(value: string): string {
  const text = value.trim()
  const bare =
    text.startsWith('"') || text.startsWith("'") ? text.replace(/^(["'])(.*)\1$/s, '$2').trim() : text
  return bare.toLowerCase()
}

/** Is a normalised address one that nobody reads, or that people type to get past a form? */
export function isJunkMail(mail: string): boolean {
  const at = mail.lastIndexOf('@')
  const local = mail.slice(0, at)
  const domain = mail.slice(at + 1)
  if (JUNK_MAILS.has(mail) || JUNK_LOCAL_PARTS.has(local) || JUNK_DOMAINS.has(domain)) return true
  if (JUNK_TOP_LEVELS.has(domain.slice(domain.lastIndexOf('.') + 1))) return true
  return local === domain.slice(0, domain.indexOf('.'))
}
