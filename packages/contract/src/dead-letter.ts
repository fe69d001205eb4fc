import { z } from 'zod'
import { decodeJson } from './decode-json.ts'
import type { Decoded } from './result.ts'

/** What could not be processed, whole, with the step that gave up and why. */
export interface DeadLetter {
  readonly v: 1
  readonly workspace?: number | undefined
  /** Which step gave up, e.g. `decode-envelope`. */
  readonly step: string
  readonly reason: string
  /** ISO 8601. */
  readonly at: string
  /** Original bytes, base64. */
  readonly original: string
}

export const deadLetterSchema = z.object({
  v: z.literal(1),
  workspace: z.int().min(0).max(0xffffffff).optional(),
  step: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
  original: z.base64(),
})

export const encodeDeadLetter = (letter: DeadLetter): string => JSON.stringify(letter)
export const decodeDeadLetter = (bytes: Uint8Array | string): Decoded<DeadLetter> =>
  decodeJson(bytes, deadLetterSchema)
