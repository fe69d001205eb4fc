import { statfs } from 'node:fs/promises'
import { CommandError } from '../command.ts'

/** Room for the engine's merges and a day of small traffic, in bytes. */
export const MIN_FREE_BYTES = 512 * 1024 ** 2

export interface DiskState {
  readonly bavail: number
  readonly bsize: number
}

/** Throws CommandError when the disk of the directory has less room than a start needs. */
export async function assertDiskSpace(
  directory: string,
  readDisk: (path: string) => Promise<DiskState> = statfs,
): Promise<void> {
  const { bavail, bsize } = await readDisk(directory)
  const freeBytes = bavail * bsize
  if (freeBytes >= MIN_FREE_BYTES) return
  throw new CommandError(
    `the disk of ${directory} is full: ${toMegabytes(freeBytes)} MB free, a start needs ${toMegabytes(MIN_FREE_BYTES)} MB; ` +
      'free some space, or choose a directory on another disk with --data DIR',
  )
}

const toMegabytes = (bytes: number): number => Math.floor(bytes / 1024 ** 2)
