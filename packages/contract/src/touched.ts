import { z } from 'zod'
import { decodeJson } from './decode-json.ts'
import type { Decoded } from './result.ts'

/** Kinds of identifier, from the lowest rank to the highest (reference: rules R1 to R8). */
export const NODE_KINDS = ['anon', 'device', 'phone', 'mail', 'user'] as const
export type NodeKind = (typeof NODE_KINDS)[number]

export interface TouchedNode {
  readonly kind: NodeKind
  readonly id: string
  /**
   * Days (YYYY-MM-DD, as events are filed) between which its new events lie, both included. Absent: nothing is known of
   * when they are, or whether there are any.
   */
  readonly days?: { readonly from: string; readonly to: string } | undefined
}

/** Identifiers whose facts, traits or events changed in one stored batch. */
export interface Touched {
  readonly v: 1
  readonly workspace: number
  readonly nodes: readonly TouchedNode[]
  /** Companies whose rows must be looked at again. */
  readonly companies?: readonly string[] | undefined
  /** Leads whose rows must be looked at again, whoever their identifiers belong to by now. */
  readonly leads?: readonly string[] | undefined
}

export const touchedSchema = z.object({
  v: z.literal(1),
  workspace: z.int().min(0).max(0xffffffff),
  nodes: z.array(
    z.object({
      kind: z.enum(NODE_KINDS),
      id: z.guid(),
      days: z.object({ from: z.iso.date(), to: z.iso.date() }).optional(),
    }),
  ),
  companies: z.array(z.guid()).optional(),
  leads: z.array(z.guid()).optional(),
})

export const encodeTouched = (touched: Touched): string => JSON.stringify(touched)
export const decodeTouched = (bytes: Uint8Array | string): Decoded<Touched> =>
  decodeJson(bytes, touchedSchema)
