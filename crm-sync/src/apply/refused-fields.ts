import { EXTERNAL_ID } from '../plan/operation.ts'
import type { Applied } from './apply-plan.ts'

/** The field itself is the trouble, whatever its value. */
const OF_FIELD = new Set(['INVALID_FIELD', 'INVALID_FIELD_FOR_INSERT_UPDATE'])

/** The value is. */
const OF_VALUE = new Set([
  'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
  'STRING_TOO_LONG',
  'INVALID_EMAIL_ADDRESS',
  'NUMBER_OUTSIDE_VALID_RANGE',
  'INVALID_TYPE_ON_FIELD_IN_RECORD',
  'FIELD_INTEGRITY_EXCEPTION',
  'INACTIVE_OWNER_OR_USER',
])

/** A record is nothing without these: it is not made until they are right. */
const NEEDED = new Set([EXTERNAL_ID, 'Email', 'LastName', 'Company', 'Name'])

export interface RefusedFields {
  readonly fields: readonly string[]
  /** The field is hidden or gone, so no value would do. */
  readonly anyValue: boolean
}

/** Fields without which a refused record may go through; none when they are not named, or needed. */
export function findRefusedFields({ operation, sent, result }: Applied): RefusedFields {
  if (result.ok) return { fields: [], anyValue: false }
  const { code, fields, detail } = result.failure
  const anyValue = OF_FIELD.has(code)
  if (!anyValue && !OF_VALUE.has(code)) return { fields: [], anyValue }
  const named = code === 'INACTIVE_OWNER_OR_USER' ? ['OwnerId'] : namesIn(Object.keys(sent), fields, detail)
  const needed = named.some((name) => NEEDED.has(name) && operation.action === 'upsert')
  return { fields: needed || named.includes(EXTERNAL_ID) ? [] : named, anyValue }
}

/** As Salesforce names them, else as its message quotes them. */
function namesIn(sent: readonly string[], named: readonly string[], detail: string): readonly string[] {
  const known = sent.filter((name) => named.includes(name))
  return known.length > 0 ? known : sent.filter((name) => new RegExp(`\\b${name}\\b`).test(detail))
}
