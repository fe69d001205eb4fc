import type { Readable } from 'node:stream'
import { openUnpacked, toReadError } from './open-unpacked.ts'

/** A line of a file, without its end. */
export interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/** Lines of a file, or of standard input for `-`; gzip is recognised by its first bytes. Portions, not single lines. */
export async function* readLines(path: string, input: Readable): AsyncGenerator<readonly Line[]> {
  try {
    yield* splitLines(await openUnpacked(path, input))
  } catch (error) {
    throw toReadError(path, error)
  }
}

async function* splitLines(source: Readable): AsyncGenerator<readonly Line[]> {
  // It also drops the byte order mark that some programs put before the first line.
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  let number = 0
  const toLine = (text: string): Line => {
    number += 1
    return { number, text: text.endsWith('\r') ? text.slice(0, -1) : text }
  }
  for await (const chunk of source) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    const parts = decoder.decode(bytes, { stream: true }).split('\n')
    const [first = ''] = parts
    parts[0] = rest + first
    rest = parts.pop() ?? ''
    if (parts.length > 0) yield parts.map(toLine)
  }
  rest += decoder.decode()
  if (rest !== '') yield [toLine(rest)]
}
