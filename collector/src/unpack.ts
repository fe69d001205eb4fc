import { promisify } from 'node:util'
import { brotliDecompress, constants, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib'
import type { Encoding } from './content.ts'

/**
 * Unpacks a body and stops at the first byte above the limit, so that a few kilobytes that stand for gigabytes cost no
 * more than an honest body.
 */

export type Unpacked =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: 'too_large' | 'malformed' }

/** Events that repeat each other pack to a fiftieth; what packs better than this is no list of events. */
const MAX_RATIO = 200
/** Below it the ratio does not matter: one short text repeated is no danger. */
const SMALL_BYTES = 64 * 1024
/** Log2 of the memory that a zstd frame may ask for before it yields a byte; the default allows 128 MB. */
const ZSTD_WINDOW_LOG = 23

type Options = { readonly maxOutputLength: number }

const unpackers: Readonly<Record<Encoding, (bytes: Uint8Array, options: Options) => Promise<Uint8Array>>> = {
  gzip: promisify<Uint8Array, Options, Uint8Array>(gunzip),
  deflate: inflateEither,
  br: promisify<Uint8Array, Options, Uint8Array>(brotliDecompress),
  zstd: unpackZstd,
}

export async function unpack(bytes: Uint8Array, encoding: Encoding, maxBytes: number): Promise<Unpacked> {
  const maxOutputLength = Math.min(maxBytes, Math.max(SMALL_BYTES, bytes.length * MAX_RATIO))
  try {
    return { ok: true, bytes: await unpackers[encoding](bytes, { maxOutputLength }) }
  } catch (error) {
    return { ok: false, reason: isTooLarge(error) ? 'too_large' : 'malformed' }
  }
}

/** gzip says so in its first bytes; no JSON begins like this. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** The standard asks for a zlib header; some clients leave it out. Its first byte says which it is. */
const rawInflate = promisify<Uint8Array, Options, Uint8Array>(inflateRaw)
const zlibInflate = promisify<Uint8Array, Options, Uint8Array>(inflate)

function inflateEither(bytes: Uint8Array, options: Options): Promise<Uint8Array> {
  const isZlib = ((bytes[0] ?? 0) & 0x0f) === 8
  return isZlib ? zlibInflate(bytes, options) : rawInflate(bytes, options)
}

const zstd = promisify<Uint8Array, Options & { params: Record<number, number> }, Uint8Array>(zstdDecompress)

function unpackZstd(bytes: Uint8Array, options: Options): Promise<Uint8Array> {
  return zstd(bytes, { ...options, params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } })
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
