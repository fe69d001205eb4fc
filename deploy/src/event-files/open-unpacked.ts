import { createReadStream } from 'node:fs'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { CommandError } from '../command.ts'

const GZIP = [0x1f, 0x8b]

/** The bytes of a file, or of `input` for `-`; gzip is recognised by its first bytes. */
export async function openUnpacked(path: string, input: Readable): Promise<Readable> {
  const source = path === '-' ? input : createReadStream(path)
  const chunks = source[Symbol.asyncIterator]()
  const first: unknown = (await chunks.next()).value
  const head = Buffer.isBuffer(first) ? first : Buffer.from(typeof first === 'string' ? first : '')
  const isPacked = GZIP.every((byte, i) => head[i] === byte)
  const output = isPacked ? createGunzip() : new PassThrough()
  // A failure reaches the reader of the output: pipeline destroys it with the error.
  pipeline(async function* () {
    yield head
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value
  }, output).catch(() => undefined)
  return output
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'it may not be read',
  Z_BUF_ERROR: 'the gzip data ends too early; copy the file again',
  Z_DATA_ERROR: 'the gzip data is damaged; copy the file again',
}

/** What a user can do about it, where that is known; else the error itself. */
export function toReadError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const reason = REASONS[code]
  return reason === undefined
    ? error
    : new CommandError(`${path} cannot be read: ${reason}`, { cause: error })
}
