import { createReadStream } from 'node:fs'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
import { CommandError } from '../command.ts'

/** A line of a file, without its end. */
export interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/** Lines of a file, or of standard input for `-`; gzip is recognised by its first bytes. Portions, not single lines. */
export async function* readLines(path: string, input: Readable): AsyncGenerator<readonly Line[]> {
  const source = path === '-' ? input : createReadStream(path)
  try {
    yield* splitLines(await unpack(source))
  } catch (error) {
    throw explain(path, error)
  }
}

const GZIP = [0x1f, 0x8b]

async function unpack(source: Readable): Promise<Readable> {
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

async function* splitLines(source: Readable): AsyncGenerator<readonly Line[]> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let number = 0
  const toLine = (text: string): Line => {
    number += 1
    return { number, text: text.endsWith('\r') ? text.slice(0, -1) : text }
  }
  for await (const chunk of source) {
    const parts = (rest + decoder.write(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)))).split(
      '\n',
    )
    rest = parts.pop() ?? ''
    if (parts.length > 0) yield parts.map(toLine)
  }
  rest += decoder.end()
  if (rest !== '') yield [toLine(rest)]
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'it may not be read',
  Z_BUF_ERROR: 'the gzip data ends too early; copy the file again',
  Z_DATA_ERROR: 'the gzip data is damaged; copy the file again',
}

function explain(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const reason = REASONS[code]
  return reason === undefined
    ? error
    : new CommandError(`${path} cannot be read: ${reason}`, { cause: error })
}
