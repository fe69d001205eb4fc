import type { ZodType } from 'zod'
import { decoded, undecodable, type Decoded } from './result.ts'

const utf8 = new TextDecoder()

/**
 * Parses one stream value and checks it against a schema. The reason never quotes the value: it may be personal.
 * `isCertain` may know quickly that the schema says yes and takes nothing away; on a no the schema decides.
 */
export function decodeJson<T>(
  bytes: Uint8Array | string,
  schema: ZodType<T>,
  isCertain?: (json: unknown) => json is T,
): Decoded<T> {
  let json: unknown
  try {
    json = JSON.parse(typeof bytes === 'string' ? bytes : utf8.decode(bytes))
  } catch {
    return undecodable('not JSON')
  }
  if (isCertain?.(json)) return decoded(json)
  const parsed = schema.safeParse(json)
  if (parsed.success) return decoded(parsed.data)
  const issue = parsed.error.issues[0]
  return undecodable(issue ? `${issue.path.join('.') || 'value'}: ${issue.message}` : 'invalid')
}
