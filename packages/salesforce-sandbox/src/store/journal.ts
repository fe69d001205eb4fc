import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { z } from 'zod'
import {
  recordVersionSchema,
  storedRecordSchema,
  type RecordVersion,
  type StoredRecord,
} from './stored-record.ts'

/** What one request changed. */
export interface Commit {
  readonly records: readonly StoredRecord[]
  readonly versions: readonly RecordVersion[]
  /** Counters, tokens and settings; null removes. */
  readonly state: readonly (readonly [key: string, value: string | null])[]
  /** Log entries by sequence number. */
  readonly log: readonly (readonly [seq: number, body: string])[]
  /** Log entries below this number are no longer kept. */
  readonly oldestLogSeq: number
  /** Change events by replay id. */
  readonly events: readonly (readonly [replayId: number, body: string])[]
  readonly oldestEventId: number
}

export interface Restored {
  readonly records: Iterable<StoredRecord>
  readonly versions: Iterable<RecordVersion>
  readonly state: Iterable<readonly [string, string]>
  readonly log: Iterable<readonly [number, string]>
  readonly events: Iterable<readonly [number, string]>
}

export interface Journal {
  /** Returns when the commit is on disk; throws when it could not be written, and then nothing of it is. */
  write(commit: Commit): void
  restore(): Restored
  clear(): void
  close(): void
}

/** For orgs that live as long as their process. */
export function createMemoryJournal(): Journal {
  return {
    write: () => {},
    restore: () => ({ records: [], versions: [], state: [], log: [], events: [] }),
    clear: () => {},
    close: () => {},
  }
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS records (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS versions (id TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (id, version)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, body TEXT NOT NULL);
`

/** A journal in DIR/org.sqlite. Throws one clear Error when another process has it open. */
export function openJournal(dataDir: string): Journal {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, 'org.sqlite')
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
    database.exec(TABLES)
  } catch (error) {
    database.close()
    throw new Error(`${file} cannot be opened: another sandbox org may be using it`, { cause: error })
  }
  const writeCommit = prepareWrite(database)
  return {
    write: (commit) => inTransaction(database, () => writeCommit(commit)),
    restore: () => restoreFrom(database),
    clear: () =>
      inTransaction(database, () =>
        database.exec(
          ['records', 'versions', 'state', 'log', 'events'].map((name) => `DELETE FROM ${name}`).join(';'),
        ),
      ),
    close: () => database.close(),
  }
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function prepareWrite(database: DatabaseSync): (commit: Commit) => void {
  const put = (table: string, columns: string): StatementSync =>
    database.prepare(`INSERT OR REPLACE INTO ${table} VALUES (${columns})`)
  const putRecord = put('records', '?, ?')
  const putVersion = put('versions', '?, ?, ?')
  const putState = put('state', '?, ?')
  const putLog = put('log', '?, ?')
  const dropState = database.prepare('DELETE FROM state WHERE key = ?')
  const dropLog = database.prepare('DELETE FROM log WHERE seq < ?')
  const putEvent = put('events', '?, ?')
  const dropEvents = database.prepare('DELETE FROM events WHERE seq < ?')
  return (commit) => {
    for (const record of commit.records) putRecord.run(record.id, JSON.stringify(record))
    for (const version of commit.versions)
      putVersion.run(version.id, version.version, JSON.stringify(version))
    for (const [key, value] of commit.state) {
      if (value === null) dropState.run(key)
      else putState.run(key, value)
    }
    for (const [seq, body] of commit.log) putLog.run(seq, body)
    dropLog.run(commit.oldestLogSeq)
    for (const [seq, body] of commit.events) putEvent.run(seq, body)
    dropEvents.run(commit.oldestEventId)
  }
}

const bodyRow = z.object({ body: z.string() })
const stateRow = z.object({ key: z.string(), value: z.string() })
const logRow = z.object({ seq: z.number(), body: z.string() })

function toNumbered(row: unknown): readonly [number, string] {
  const { seq, body } = logRow.parse(row)
  return [seq, body]
}

function restoreFrom(database: DatabaseSync): Restored {
  const rows = (query: string): unknown[] => database.prepare(query).all()
  return {
    records: rows('SELECT body FROM records ORDER BY id').map((row) =>
      storedRecordSchema.parse(JSON.parse(bodyRow.parse(row).body)),
    ),
    versions: rows('SELECT body FROM versions ORDER BY id, version').map((row) =>
      recordVersionSchema.parse(JSON.parse(bodyRow.parse(row).body)),
    ),
    state: rows('SELECT key, value FROM state').map((row) => {
      const { key, value } = stateRow.parse(row)
      return [key, value] as const
    }),
    log: rows('SELECT seq, body FROM log ORDER BY seq').map(toNumbered),
    events: rows('SELECT seq, body FROM events ORDER BY seq').map(toNumbered),
  }
}
