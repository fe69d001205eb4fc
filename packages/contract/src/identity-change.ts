import { z } from 'zod'
import { decodeJson } from './decode-json.ts'
import type { Decoded } from './result.ts'

/** The whole of an identifier moved from one lead to another: what is stored in `identity_log`, for those who listen. */
export interface IdentityChange {
  readonly v: 1
  readonly workspace: number
  readonly nodeId: string
  /** Lead before and after; all zeros for nobody's: void, or shared by several. */
  readonly from: string
  readonly to: string
  readonly at: string
  /** UInt64 in decimal: of two changes of one identifier the greater is the later. A repeat after a crash has another. */
  readonly version: string
}

export const identityChangeSchema = z.object({
  v: z.literal(1),
  workspace: z.int().min(0).max(0xffffffff),
  nodeId: z.guid(),
  from: z.guid(),
  to: z.guid(),
  at: z.iso.datetime(),
  version: z.string().regex(/^\d{1,20}$/),
})

/** Changes of one identifier keep their order. */
export const identityChangeKey = ({ workspace, nodeId }: IdentityChange): string => `${workspace} ${nodeId}`

export const encodeIdentityChange = (change: IdentityChange): string => JSON.stringify(change)
export const decodeIdentityChange = (bytes: Uint8Array | string): Decoded<IdentityChange> =>
  decodeJson(bytes, identityChangeSchema)
