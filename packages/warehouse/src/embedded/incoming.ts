import { mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Body } from './body.ts'
import { ClickHouseException } from './errors.ts'

/**
 * Rows of INSERTs as files. The engine takes rows of any format and length from a file; within a statement it looks
 * for the end of the data first, which costs more than parsing them, and an empty line in binary data is such an end.
 */
export interface Incoming {
  /** Keeps the body in a file while `use` runs. */
  hold<Result>(body: Body, use: (path: string) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

/** The engine would take these for a pattern of many files. */
const PATTERN_SIGNS = /[*?{}]/

/** Only who has the lock of the data directory may call this: what a killed predecessor left goes. */
export async function openIncoming(directory: string): Promise<Incoming> {
  const folder = await makeFolder(resolve(directory))
  let count = 0
  return {
    hold: async (body, use) => {
      const path = join(folder, String(++count))
      try {
        await write(path, body)
        return await use(path)
      } finally {
        await rm(path, { force: true })
      }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

async function makeFolder(directory: string): Promise<string> {
  if (PATTERN_SIGNS.test(directory)) return await mkdtemp(join(tmpdir(), 'leadline-incoming-'))
  const folder = join(directory, 'incoming')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { mode: 0o700 })
  return folder
}

/** Not synced: whoever sent the rows has no answer yet. */
async function write(path: string, body: Body): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    if (body.kind === 'long') return await file.writeFile(body.chunks)
    const { bytesWritten } = await file.writev(body.chunks)
    // A disk that is full in the middle of it is told by the number alone.
    const bytes = body.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    if (bytesWritten !== bytes)
      throw new ClickHouseException(243, 'NOT_ENOUGH_SPACE', 'No space left on device for the rows')
  } finally {
    await file.close()
  }
}
