/** For `{name:Type}` placeholders of the SQL. */
export type Param = string | number | readonly string[]

const SPECIAL = /[\\'\t\n\r]/g
const ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** As ClickHouse reads parameters: escaped text, and lists of quoted text. Lists of ids have nothing to escape. */
export function formatParam(param: Param): string {
  if (typeof param === 'number') return String(param)
  if (typeof param === 'string') return escape(param)
  if (param.length === 0) return '[]'
  const isPlain = param.join('').search(SPECIAL) < 0
  return `['${(isPlain ? param : param.map(escape)).join("','")}']`
}

const escape = (text: string): string => text.replace(SPECIAL, (sign) => ESCAPES[sign] ?? `\\${sign}`)
