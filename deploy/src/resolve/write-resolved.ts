import { createWriteStream } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CommandError } from '../command.ts'
import type { ResolvedMessage } from './read-resolved.ts'

const LINES_A_CHUNK = 1000

/** Before the work, so that nobody learns after an hour that there is no place for its answers. */
export async function checkPlace(path: string): Promise<void> {
  if (path === '-') return
  try {
    await access(dirname(path), constants.W_OK)
  } catch (error) {
    throw toWriteError(path, error)
  }
}

/** One JSON object a line, to a file or to `output` for `-`. */
export async function writeResolved(
  path: string,
  answers: Iterable<ResolvedMessage>,
  output: Writable,
): Promise<void> {
  const chunks = Readable.from(toChunks(answers))
  if (path === '-') return await pipeline(chunks, output, { end: false })
  try {
    await pipeline(chunks, createWriteStream(path))
  } catch (error) {
    throw toWriteError(path, error)
  }
}

const toWriteError = (path: string, error: unknown): unknown =>
  error instanceof Error && 'code' in error
    ? new CommandError(`${path} cannot be written: ${String(error.code)}`, { cause: error })
    : error

function* toChunks(answers: Iterable<ResolvedMessage>): Generator<string> {
  let lines: string[] = []
  for (const answer of answers) {
    if (lines.push(JSON.stringify(answer)) < LINES_A_CHUNK) continue
    yield `${lines.join('\n')}\n`
    lines = []
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`
}
