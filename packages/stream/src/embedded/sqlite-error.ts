import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { StreamUnavailable } from '../stream.ts'

const BUSY = 5
const IO_ERROR = 10
const DAMAGED = 11
const FULL = 13
const CANNOT_OPEN = 14
const NO_DATABASE = 26

/** Primary result code of SQLite, undefined for any other error. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined
  return error.errcode & 0xff
}

export const isBusy = (error: unknown): boolean => resultCode(error) === BUSY

/** What a failure to open or to append to a topic means to its caller. */
export function toUnavailable(error: unknown, topic: string, path: string): StreamUnavailable {
  const cause = { cause: error }
  if (meansFull(error, path)) {
    return new StreamUnavailable(
      'full',
      `the disk of the embedded log is full; free space for ${topic}`,
      cause,
    )
  }
  const code = resultCode(error)
  const remedy =
    code === DAMAGED || code === NO_DATABASE
      ? `; ${path} is damaged: stop, and bring it back from a copy, or put it aside and begin anew`
      : ''
  const message = `the embedded log could not store values of ${topic}${remedy}`
  return new StreamUnavailable('unreachable', message, cause)
}

/** Files beside the log that cannot grow are an I/O error to SQLite: the file system knows why. */
function meansFull(error: unknown, path: string): boolean {
  const code = resultCode(error)
  if (code === FULL) return true
  return (code === IO_ERROR || code === CANNOT_OPEN) && hasNoSpace(path)
}

/** SQLite's smallest write; what is left of a disk in smaller pieces is of no use to it. */
const SMALLEST_WRITE_BYTES = 32 * 1024

function hasNoSpace(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize < SMALLEST_WRITE_BYTES
  } catch {
    return false
  }
}
