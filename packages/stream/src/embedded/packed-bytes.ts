import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Below this a frame costs more time than its shorter write saves. */
const PACK_FROM_BYTES = 8192
/** First bytes of a zstd frame. No JSON text begins so, which tells packed chunks from plain ones. */
const ZSTD_MAGIC = 0xfd2fb528
/** A disk takes longer for the bytes that this saves than it takes to save them. */
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Events repeat one another: what many of them take on the disk shrinks to a fifth or less. */
export function packBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength < PACK_FROM_BYTES) return bytes
  const packed = zstdCompressSync(bytes, FASTEST)
  return packed.byteLength < bytes.byteLength ? packed : bytes
}

export const unpackBytes = (bytes: Buffer): Buffer =>
  bytes.length > 4 && bytes.readUInt32LE(0) === ZSTD_MAGIC ? zstdDecompressSync(bytes) : bytes
