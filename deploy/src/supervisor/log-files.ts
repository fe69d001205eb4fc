import { copyFile, rename, stat, truncate } from 'node:fs/promises'

/** Bytes. A log has at most this, and as much again in NAME.log.1. */
const MAX_LOG_BYTES = 20 * 1024 ** 2

/** Before its process starts. */
export async function setAside(logFile: string, maxBytes = MAX_LOG_BYTES): Promise<void> {
  if ((await sizeOf(logFile)) > maxBytes) await rename(logFile, `${logFile}.1`)
}

/**
 * While its process writes: the process holds the file open for appending, so it cannot be renamed from under it. Lines
 * written between the copy and the cut are lost; what matters is in ClickHouse and not here.
 */
export async function cutDown(logFile: string, maxBytes = MAX_LOG_BYTES): Promise<void> {
  if ((await sizeOf(logFile)) <= maxBytes) return
  await copyFile(logFile, `${logFile}.1`)
  await truncate(logFile)
}

const sizeOf = async (path: string): Promise<number> =>
  await stat(path).then(
    ({ size }) => size,
    () => 0,
  )
