import type { Refusal } from '@leadline/contract'
import { refusal } from './refusals.ts'
import type { RequestSource } from './request-facts.ts'

/** How a body is packed. `sniff`: the content type says nothing sensible, the first bytes do. */
export const ENCODINGS = ['gzip', 'deflate', 'br', 'zstd'] as const
export type Encoding = (typeof ENCODINGS)[number]
export type Packing = Encoding | 'none' | 'sniff'

export type Content =
  { readonly ok: true; readonly packing: Packing } | { readonly ok: false; readonly refusal: Refusal }

/** Pages send text/plain because it needs no preflight; some clients send none at all. */
const types: ReadonlySet<string> = new Set(['', 'application/json', 'text/plain', 'text/json'])
/** What HTTP clients write when they are given bytes. RudderStack's Node library sends gzip so. */
const typesOfBytes: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'application/gzip',
  'application/x-gzip',
])
const encodings: ReadonlyMap<string, Packing> = new Map([
  ['', 'none'],
  ['identity', 'none'],
  ['x-gzip', 'gzip'],
  ...ENCODINGS.map((encoding) => [encoding, encoding] as const),
])

const PLAIN: Content = { ok: true, packing: 'none' }

/** Whether a body is of a kind that can be read here, and how. */
export function readContent(source: Pick<RequestSource, 'header'>): Content {
  const encoding = source.header('content-encoding')
  const packing = encoding === undefined ? 'none' : encodings.get(encoding.trim().toLowerCase())
  if (packing === undefined)
    return refused(
      'unsupported_content_encoding',
      `the body may be packed with one of ${ENCODINGS.join(', ')}; send it so, or plain`,
    )
  // Whoever packs a body often labels the bytes and not what is in them.
  if (packing !== 'none') return { ok: true, packing }
  const header = source.header('content-type') ?? ''
  if (types.has(header)) return PLAIN
  const type = header.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (types.has(type)) return PLAIN
  if (typesOfBytes.has(type)) return { ok: true, packing: 'sniff' }
  return refused('unsupported_content_type', 'the content type must be application/json or text/plain')
}

const refused = (
  code: 'unsupported_content_encoding' | 'unsupported_content_type',
  message: string,
): Content => ({
  ok: false,
  refusal: refusal(code, message),
})
