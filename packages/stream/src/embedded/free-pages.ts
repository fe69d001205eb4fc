import type { DatabaseSync } from 'node:sqlite'
import { numberIn } from './row.ts'

/** Pages of the file that hold nothing any more. */
export function freePages(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA freelist_count').get()
  return row ? numberIn(row, 'freelist_count') : 0
}
