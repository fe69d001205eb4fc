import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { ClickHouseException } from './errors.ts'

/** A request's body after decompression. One above the limit is handed on as it arrives, from its first byte. */
export type Body =
  | { readonly kind: 'whole'; readonly chunks: readonly Buffer[] }
  | { readonly kind: 'long'; readonly chunks: AsyncIterable<Buffer> }

/** Holds at most about `maxBytes` of the body in memory. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const source: AsyncIterator<Buffer> = decompress(request)[Symbol.asyncIterator]()
  const held: Buffer[] = []
  let size = 0
  for (;;) {
    const step = await source.next()
    if (step.done) return { kind: 'whole', chunks: held }
    held.push(step.value)
    size += step.value.length
    if (size > maxBytes) return { kind: 'long', chunks: continueFrom(held, source) }
  }
}

/** The whole body, or the refusal that ClickHouse gives for one that is too long. */
export function requireWhole(body: Body): Buffer {
  if (body.kind === 'whole') return Buffer.concat(body.chunks)
  throw new ClickHouseException(
    307,
    'TOO_MANY_BYTES',
    'The body is too long: only the rows of a plain INSERT (INSERT INTO table FORMAT name) may be of any length',
  )
}

async function* continueFrom(held: Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* held.splice(0)
  for (let step = await rest.next(); !step.done; step = await rest.next()) yield step.value
}

function decompress(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  const decoder = createDecoder(encoding)
  if (!decoder) return request
  request.on('error', (error) => decoder.destroy(error))
  return request.pipe(decoder)
}

function createDecoder(encoding: string) {
  switch (encoding) {
    case 'identity':
      return undefined
    case 'gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    case 'zstd':
      return createZstdDecompress()
    default:
      throw new ClickHouseException(
        48,
        'NOT_IMPLEMENTED',
        `Content-Encoding ${encoding} is not supported; use gzip, deflate, br or zstd`,
      )
  }
}
