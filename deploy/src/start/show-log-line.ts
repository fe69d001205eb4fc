import { z } from 'zod'

const entrySchema = z.looseObject({ level: z.string(), message: z.string() })
const LEFT_OUT = new Set(['time', 'level', 'service', 'message'])

/** Which lines say the same: part, level and message, whatever their fields. */
export function toLogKind(part: string, line: string): string {
  const { level = '', message = line } = entrySchema.safeParse(parseJson(line)).data ?? {}
  return `${part} ${level} ${message}`
}

/** A part's JSON log line as one tidy line for the terminal: `resolver  warn  message (field=value)`. */
export function formatLogLine(part: string, line: string): string {
  const parsed = entrySchema.safeParse(parseJson(line))
  if (!parsed.success) return `  ${part}  ${line}`
  const { level, message } = parsed.data
  const fields = Object.entries(parsed.data)
    .filter(([key]) => !LEFT_OUT.has(key))
    .map(([key, value]) => `${key}=${String(value)}`)
  return `  ${part}  ${level}  ${message}${fields.length > 0 ? ` (${fields.join(', ')})` : ''}`
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
