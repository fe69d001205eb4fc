import type { Refusal } from '@leadline/contract'
import { releaseBytes } from '@leadline/stream/release-bytes'
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

/** Its text is all that is wanted of a body. */
function takeText(bytes: Uint8Array): string {
  const text = decoder.decode(bytes)
  releaseBytes(bytes)
  return text
}

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
  if (unpacked.ok) {
    const larger = Math.max(bytes.byteLength, unpacked.bytes.byteLength)
    return { ok: true, text: takeText(unpacked.bytes), bytes: larger }
  }
  return unpacked.reason === 'too_large'
    ? refused(
        'body_too_large',
        `the body unpacks to more than ${maxBytes} bytes, or packs too well for events; send smaller batches`,
      )
    : refused('invalid_encoding', `the body is not ${encoding}, or is cut short; check how it is packed`)
}

/** The text of a body that is not packed; its bytes are gone then. */
export function plainBody(bytes: Uint8Array): BodyText {
  const { byteLength } = bytes
  return { ok: true, text: takeText(bytes), bytes: byteLength }
}

const sniff = (bytes: Uint8Array): Encoding | undefined => (isGzip(bytes) ? 'gzip' : undefined)

const refused = (code: RefusalCode, message: string): BodyText => ({
  ok: false,
  refusal: refusal(code, message),
})
