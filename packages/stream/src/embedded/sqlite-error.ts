import { StreamUnavailable } from '../stream.ts'

const BUSY = 5
const FULL = 13

/** Primary result code of SQLite, undefined for any other error. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined
  return error.errcode & 0xff
}

export const isBusy = (error: unknown): boolean => resultCode(error) === BUSY

/** What a failed append means to its caller. */
export function toUnavailable(error: unknown, topic: string): StreamUnavailable {
  const cause = { cause: error }
  if (resultCode(error) === FULL) {
    return new StreamUnavailable(
      'full',
      `the disk of the embedded log is full; free space for ${topic}`,
      cause,
    )
  }
  return new StreamUnavailable('unreachable', `the embedded log could not store values of ${topic}`, cause)
}
