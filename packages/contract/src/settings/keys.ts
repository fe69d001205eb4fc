import { z } from 'zod'
import { shortName } from './fields.ts'

/** Clients write a key into headers: a colon would end it in Basic, a blank in Bearer. */
const publicKey = z.string().regex(/^[^\s:]{8,128}$/)

/** As a browser writes it: a path, or a slash at the end, would match no page. */
const origin = z
  .string()
  .regex(/^(\*|null|[a-z][a-z0-9+.-]*:\/\/(\*\.)?[^\s*/?#]+)$/i)
  .describe('* or an origin such as https://shop.example or https://*.example.com')

const webhookSecret = z
  .string()
  .min(8)
  .optional()
  .describe('Shared secret of a Segment webhook; the key is then good for requests signed with it alone')

export const writeKey = z.strictObject({
  name: shortName.describe('What the key is for; shown in logs instead of the key'),
  key: publicKey.describe('Public: it stands in the page'),
  origins: z.array(origin).default(['*']).describe('Origins of pages that may use the key; * for any'),
  webhookSecret,
})

export const secretKey = z.strictObject({
  name: shortName,
  key: publicKey.describe('For servers only; its statements about identity are trusted'),
  webhookSecret,
})
