import type { Refusal } from '@leadline/contract'
import type { Encoding, Packing } from './content.ts'
import { refusal, type RefusalCode } from './refusals.ts'
import { isGzip, unpack } from './unpack.ts'

export type BodyText =
  | {
      readonly ok: true
      readonly text: string
      /** As sent or unpacked, whichever is more. */
      readonly bytes: number
    }
  | { readonly ok: false; readonly refusal: Refusal }

const decoder = new TextDecoder()

/** The text of a packed body. What it unpacks to may have `maxBytes` too. */
export async function unpackBody(
  bytes: Uint8Array,
  packing: Exclude<Packing, 'none'>,
  maxBytes: number,
): Promise<BodyText> {
  const encoding = packing === 'sniff' ? sniff(bytes) : packing
  if (encoding === undefined)
    return refused('unsupported_content_type', 'the content type must be application/json or text/plain')
  const unpacked = await unpack(bytes, encoding, maxBytes)
  if (unpacked.ok)
    return {
      ok: true,
      text: decoder.decode(unpacked.bytes),
      bytes: Math.max(bytes.byteLength, unpacked.bytes.byteLength),
    }
  return unpacked.reason === 'too_large'
    ? refused(
        'body_too_large',
        `the body unpacks to more than ${maxBytes} bytes, or packs too well for events; send smaller batches`,
      )
    : refused('invalid_encoding', `the body is not ${encoding}, or is cut short; check how it is packed`)
}

export const plainBody = (bytes: Uint8Array): BodyText => ({
  ok: true,
  text: decoder.decode(bytes),
  bytes: bytes.byteLength,
})

const sniff = (bytes: Uint8Array): Encoding | undefined => (isGzip(bytes) ? 'gzip' : undefined)

const refused = (code: RefusalCode, message: string): BodyText => ({
  ok: false,
  refusal: refusal(code, message),
})
