import { z } from 'zod'
import { decodeJson } from './decode-json.ts'
import type { Decoded } from './result.ts'

/**
 * A pointer: this contact's or company's CRM record may be out of date.
 * It carries no state. crm-sync reads the warehouse, so repeats coalesce and order does not matter.
 */
export interface CrmWork {
  readonly v: 1
  readonly workspace: number
  readonly kind: 'contact' | 'company'
  /** contact id or company id, a UUID. */
  readonly id: string
  /**
   * What changed; crm-sync waits for `identity` to settle and writes it into its deliveries. Of a contact: `identity`
   * (its leads, or whose an identifier of theirs is), else `lead` (what is known of them, or nothing: a second look),
   * else `session` (only visits); `erased` when the person is erased: crm-sync deletes their CRM record (or what of
   * it is personal, by its setting) and its own rows about this id. Of a company: `company`.
   */
  readonly reason: string
  /** Row version that caused it, a UInt64 in decimal. */
  readonly version: string
}

export const crmWorkSchema = z.object({
  v: z.literal(1),
  workspace: z.int().min(0).max(0xffffffff),
  kind: z.enum(['contact', 'company']),
  id: z.guid(),
  reason: z.string(),
  version: z.string().regex(/^\d+$/),
})

export const encodeCrmWork = (work: CrmWork): string => JSON.stringify(work)
export const decodeCrmWork = (bytes: Uint8Array | string): Decoded<CrmWork> =>
  decodeJson(bytes, crmWorkSchema)
export const crmWorkKey = (work: CrmWork): string => `${work.workspace}:${work.kind}:${work.id}`
