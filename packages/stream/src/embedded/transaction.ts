import type { DatabaseSync } from 'node:sqlite'

/** Runs `work` in one write transaction; takes the write lock first, so that nothing is read that another changes. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // SQLite ends the transaction itself after some failures, a full disk among them.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
