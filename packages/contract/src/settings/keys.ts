import { z } from 'zod'
import { shortName } from './fields.ts'

const publicKey = z.string().min(8).max(128)

const webhookSecret = z
  .string()
  .min(8)
  .optional()
  .describe('Shared secret of a Segment webhook; the key is then good for requests signed with it alone')

export const writeKey = z.strictObject({
  name: shortName.describe('What the key is for; shown in logs instead of the key'),
  key: publicKey.describe('Public: it stands in the page'),
  origins: z.array(z.string()).default(['*']).describe('Origins of pages that may use the key; * for any'),
  webhookSecret,
})

export const secretKey = z.strictObject({
  name: shortName,
  key: publicKey.describe('For servers only; its statements about identity are trusted'),
  webhookSecret,
})
