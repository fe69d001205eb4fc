import type { ZodType } from 'zod'
import { decoded, undecodable, type Decoded } from './result.ts'

/** Parses one stream value and checks it against a schema. The reason never quotes the value: it may be personal. */
export function decodeJson<T>(bytes: Uint8Array | string, schema: ZodType<T>): Decoded<T> {
  let json: unknown
  try {
    json = JSON.parse(typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes))
  } catch {
    return undecodable('not JSON')
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return decoded(parsed.data)
  const issue = parsed.error.issues[0]
  return undecodable(issue ? `${issue.path.join('.') || 'value'}: ${issue.message}` : 'invalid')
}
