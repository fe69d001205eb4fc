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
/** A body of zstd may be several frames; each costs a start, however little is in it. */
const MAX_FRAMES = 64

interface Options {
  readonly maxOutputLength: number
  readonly params?: Record<number, number>
}

type Unpack = (bytes: Uint8Array, options: Options) => Promise<Uint8Array>

const unpackers: Readonly<Record<Encoding, Unpack>> = {
  // It goes on through members that follow each other by itself, and refuses what is none.
  gzip: promisify<Uint8Array, Options, Uint8Array>(gunzip),
  deflate: inflateEither,
  br: (bytes, options) => unpackWhole(brotliDecompress, bytes, options),
  zstd: unpackFrames,
}

export async function unpack(bytes: Uint8Array, encoding: Encoding, maxBytes: number): Promise<Unpacked> {
  const maxOutputLength = Math.min(maxBytes, Math.max(SMALL_BYTES, bytes.length * MAX_RATIO))
  try {
    const unpacked = await unpackers[encoding](bytes, { maxOutputLength })
    return unpacked.length > maxOutputLength
      ? { ok: false, reason: 'too_large' }
      : { ok: true, bytes: unpacked }
  } catch (error) {
    return { ok: false, reason: isTooLarge(error) ? 'too_large' : 'malformed' }
  }
}

/** gzip says so in its first bytes; no JSON begins like this. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** The standard asks for a zlib header; some clients leave it out. Its first byte says which it is. */
function inflateEither(bytes: Uint8Array, options: Options): Promise<Uint8Array> {
  const isZlib = ((bytes[0] ?? 0) & 0x0f) === 8
  return unpackWhole(isZlib ? inflate : inflateRaw, bytes, options)
}

/** All frames, one after the other. */
async function unpackFrames(bytes: Uint8Array, { maxOutputLength }: Options): Promise<Uint8Array> {
  const params = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG }
  const frames: Uint8Array[] = []
  let left = bytes
  let room = maxOutputLength
  do {
    if (frames.length === MAX_FRAMES) throw new Error('more frames than a body of events has')
    // To zlib no room is not a size: a full body gets a byte more, by which it is found too large.
    const part = await unpackPart(zstdDecompress, left, { maxOutputLength: Math.max(1, room), params })
    frames.push(part.buffer)
    room -= part.buffer.length
    left = left.subarray(part.engine.bytesWritten)
  } while (left.length > 0)
  return Buffer.concat(frames)
}

/** What follows the end of the packed bytes is read by nobody, and must not be answered as if it were. */
async function unpackWhole(unpacker: Unpacker, bytes: Uint8Array, options: Options): Promise<Uint8Array> {
  const { buffer, engine } = await unpackPart(unpacker, bytes, options)
  if (engine.bytesWritten < bytes.length) throw new Error('something follows the packed body')
  return buffer
}

type InformingOptions = Options & { readonly info: true }
type Unpacker = (
  bytes: Uint8Array,
  options: InformingOptions,
  done: (error: Error | null, result: unknown) => void,
) => void

/** What was unpacked, and how many of the packed bytes it stood in. */
interface Part {
  readonly buffer: Uint8Array
  readonly engine: { readonly bytesWritten: number }
}

async function unpackPart(unpacker: Unpacker, bytes: Uint8Array, options: Options): Promise<Part> {
  const informing: InformingOptions = { ...options, info: true }
  const part = await promisify<Uint8Array, InformingOptions, unknown>(unpacker)(bytes, informing)
  if (isPart(part)) return part
  // Other runtimes than Node do not know `info`, and do not say how far they have read.
  if (part instanceof Uint8Array) return { buffer: part, engine: { bytesWritten: bytes.length } }
  throw new Error('zlib answers with what is no bytes')
}

/** With `info` Node answers so, which its declarations leave out. */
const isPart = (value: unknown): value is Part =>
  typeof value === 'object' &&
  value !== null &&
  'buffer' in value &&
  value.buffer instanceof Uint8Array &&
  'engine' in value

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
