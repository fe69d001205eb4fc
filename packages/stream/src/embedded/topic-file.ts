import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TopicSpec } from '@leadline/contract'
import type { TopicShape } from '../append/chunk.ts'
import { isBusy } from './sqlite-error.ts'
import { numberIn } from './row.ts'

/** One topic, one SQLite file. */
export interface TopicFile {
  readonly shape: TopicShape
  /** For appends: a commit is on the disk before it returns. */
  readonly appends: DatabaseSync
  /**
   * For all else: a commit survives the death of the process, and a power cut may take back the newest ones,
   * which for positions and leases only means that values are handed over again.
   */
  readonly rest: DatabaseSync
  close(): void
}

/** AUTOINCREMENT: a chunk's number is never given again, even when retention has deleted all chunks. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS topic (
  one INTEGER PRIMARY KEY CHECK (one = 1), partitions INTEGER NOT NULL, compacted INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS chunks (
  chunk INTEGER PRIMARY KEY AUTOINCREMENT, partition INTEGER NOT NULL, key TEXT,
  count INTEGER NOT NULL, appended_at INTEGER NOT NULL, bytes BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS chunks_by_partition ON chunks (partition);
CREATE INDEX IF NOT EXISTS chunks_by_key ON chunks (key) WHERE key IS NOT NULL;
CREATE TABLE IF NOT EXISTS members (
  grp TEXT NOT NULL, member TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  PRIMARY KEY (grp, member)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS positions (
  grp TEXT NOT NULL, partition INTEGER NOT NULL, chunk INTEGER NOT NULL, value INTEGER NOT NULL,
  owner TEXT, epoch INTEGER NOT NULL,
  PRIMARY KEY (grp, partition)
) STRICT, WITHOUT ROWID;
`

const BUSY_TIMEOUT_MS = 5000
const MADE_BY_ANOTHER_TRIES = 50

export const topicPath = (directory: string, topic: string): string => join(directory, `${topic}.db`)

/** Opens a topic; undefined when it was never made. */
export function openTopicFile(path: string): TopicFile | undefined {
  if (!existsSync(path)) return undefined
  const rest = connect(path, 'NORMAL')
  const shape = readShape(rest)
  if (!shape) {
    rest.close()
    return undefined
  }
  const appends = connect(path, 'FULL')
  return {
    shape,
    appends,
    rest,
    close: () => {
      appends.close()
      rest.close()
    },
  }
}

/** Makes a topic's file. One that exists keeps its number of partitions, whatever the spec says now. */
export function createTopicFile(path: string, spec: TopicSpec): void {
  const database = connect(path, 'FULL')
  try {
    database.exec('BEGIN IMMEDIATE')
    database.exec(SCHEMA)
    const insert = database.prepare(
      'INSERT OR IGNORE INTO topic (one, partitions, compacted) VALUES (1, ?, ?)',
    )
    insert.run(spec.partitions, spec.compacted ? 1 : 0)
    database.exec('COMMIT')
  } finally {
    database.close()
  }
}

function connect(path: string, synchronous: 'FULL' | 'NORMAL'): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  // Before the first table, so that retention can give space back; without effect on a file that has tables.
  database.exec('PRAGMA auto_vacuum = INCREMENTAL')
  setWriteAheadLog(database)
  database.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = 4000`)
  database.exec('PRAGMA journal_size_limit = 67108864')
  return database
}

/** SQLite does not wait for its lock here, and processes that start together meet at this line. */
function setWriteAheadLog(database: DatabaseSync): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || attempt === MADE_BY_ANOTHER_TRIES) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

function readShape(database: DatabaseSync): TopicShape | undefined {
  const exists = database
    .prepare("SELECT 1 AS one FROM sqlite_schema WHERE type = 'table' AND name = 'topic'")
    .get()
  const row = exists && database.prepare('SELECT partitions, compacted FROM topic').get()
  return row && { partitions: numberIn(row, 'partitions'), compacted: numberIn(row, 'compacted') === 1 }
}
