import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TopicSpec } from '@leadline/contract'
import type { TopicShape } from '../append/chunk.ts'
import { isBusy } from './sqlite-error.ts'
import { numberIn, textIn, type Row } from './row.ts'
import { inTransaction } from './transaction.ts'

/** One topic: a SQLite file of its chunks, and one of the groups that read it. */
export interface TopicFile {
  readonly path: string
  readonly shape: TopicShape
  /** Names this log; a new one of the same topic has another. */
  readonly log: string
  /** Chunks, for readers and retention. */
  readonly reads: DatabaseSync
  /**
   * Positions and members. In a file of its own, because SQLite has one writer at a time and is not fair: busy
   * appenders would keep readers from their commits. A commit survives the death of the process; a power cut may
   * take back the newest ones, which only means that values are handed over again.
   */
  readonly groups: DatabaseSync
  close(): void
}

/** AUTOINCREMENT: a chunk's number is never given again, even when retention has deleted all chunks. */
const CHUNK_SCHEMA = `
CREATE TABLE IF NOT EXISTS topic (
  one INTEGER PRIMARY KEY CHECK (one = 1), log TEXT NOT NULL, partitions INTEGER NOT NULL, compacted INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS chunks (
  chunk INTEGER PRIMARY KEY AUTOINCREMENT, partition INTEGER NOT NULL, key TEXT,
  count INTEGER NOT NULL, appended_at INTEGER NOT NULL, bytes BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS chunks_by_partition ON chunks (partition);
CREATE INDEX IF NOT EXISTS chunks_by_key ON chunks (key) WHERE key IS NOT NULL;
`

const GROUP_SCHEMA = `
CREATE TABLE IF NOT EXISTS members (
  grp TEXT NOT NULL, member TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  PRIMARY KEY (grp, member)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS positions (
  grp TEXT NOT NULL, partition INTEGER NOT NULL, log TEXT NOT NULL, chunk INTEGER NOT NULL, value INTEGER NOT NULL,
  owner TEXT, epoch INTEGER NOT NULL,
  PRIMARY KEY (grp, partition)
) STRICT, WITHOUT ROWID;
`

/** 4 MB: a checkpoint holds up the commit that meets it, some 20 ms on a plain disk. */
const CHECKPOINT_PAGES = 1000
const BUSY_TIMEOUT_MS = 5000
const MADE_BY_ANOTHER_TRIES = 50

export const topicPath = (directory: string, topic: string): string => join(directory, `${topic}.db`)

/** Opens a topic; undefined when it was never made. */
export function openTopicFile(path: string): TopicFile | undefined {
  if (!existsSync(path)) return undefined
  const reads = connect(path, 'NORMAL')
  const row = readTopic(reads)
  if (!row) {
    reads.close()
    return undefined
  }
  const groups = connect(path.replace(/\.db$/, '.groups.db'), 'NORMAL')
  const log = textIn(row, 'log')
  inTransaction(groups, () => makeGroups(groups, log, nextChunk(reads)))
  return {
    path,
    shape: { partitions: numberIn(row, 'partitions'), compacted: numberIn(row, 'compacted') === 1 },
    log,
    reads,
    groups,
    close: () => [reads, groups].forEach((database) => database.close()),
  }
}

/**
 * Positions in another log, which this file has replaced, say nothing about this one. Where this one has lost its end, to
 * a torn write or an older copy of the file, new chunks get numbers that were given before: groups that had read those
 * would pass over what is appended now.
 */
function makeGroups(groups: DatabaseSync, log: string, next: number): void {
  groups.exec(GROUP_SCHEMA)
  groups.prepare('UPDATE positions SET chunk = 0, value = 0, log = ? WHERE log <> ?').run(log, log)
  groups.prepare('UPDATE positions SET chunk = ?, value = 0 WHERE chunk > ?').run(next, next)
}

/** Number of the chunk that is appended next. */
function nextChunk(database: DatabaseSync): number {
  const row = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'").get()
  return row ? numberIn(row, 'seq') + 1 : 1
}

/** Makes a topic's file. One that exists keeps its number of partitions, whatever the spec says now. */
export function createTopicFile(path: string, spec: TopicSpec): void {
  const database = connect(path, 'FULL')
  try {
    inTransaction(database, () => {
      database.exec(CHUNK_SCHEMA)
      const insert = database.prepare('INSERT OR IGNORE INTO topic VALUES (1, ?, ?, ?)')
      insert.run(randomUUID(), spec.partitions, spec.compacted ? 1 : 0)
    })
  } finally {
    database.close()
  }
}

/** A connection to an existing topic for appends: a commit is on the disk before it returns. */
export const connectForAppends = (path: string): DatabaseSync => connect(path, 'FULL')

function connect(path: string, synchronous: 'FULL' | 'NORMAL'): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  // Before the first table, so that retention can give space back; without effect on a file that has tables.
  database.exec('PRAGMA auto_vacuum = INCREMENTAL')
  setWriteAheadLog(database)
  database.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
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

function readTopic(database: DatabaseSync): Row | undefined {
  const made = database.prepare("SELECT 1 AS made FROM sqlite_schema WHERE name = 'topic'").get()
  return made && database.prepare('SELECT log, partitions, compacted FROM topic').get()
}
