import type { Readable } from 'node:stream'
import { CommandError } from '../command.ts'
import { openUnpacked, toReadError } from './open-unpacked.ts'

/** A line of a file, without its end. */
export interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/** Characters. No event is nearly as long; without a bound a file without line ends would fill the memory. */
const LONGEST_LINE = 16 * 1024 ** 2

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
    if (rest.length > LONGEST_LINE)
      throw new CommandError(`line ${number + 1} is longer than 16 MB; there must be one JSON object a line`)
  }
  rest += decoder.decode()
  if (rest !== '') yield [toLine(rest)]
}
