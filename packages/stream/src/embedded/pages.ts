import type { DatabaseSync } from 'node:sqlite'
import { numberIn } from './row.ts'

/** Pages of the file that hold nothing any more. */
export const freePages = (database: DatabaseSync): number => pragma(database, 'freelist_count')

export const freeBytes = (database: DatabaseSync): number =>
  freePages(database) * pragma(database, 'page_size')

/** What the file holds, those pages left out. */
export const usedBytes = (database: DatabaseSync): number =>
  (pragma(database, 'page_count') - freePages(database)) * pragma(database, 'page_size')

function pragma(database: DatabaseSync, name: 'freelist_count' | 'page_count' | 'page_size'): number {
  const row = database.prepare(`PRAGMA ${name}`).get()
  return row ? numberIn(row, name) : 0
}
