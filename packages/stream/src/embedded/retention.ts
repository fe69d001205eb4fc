import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { TopicSpec } from '@leadline/contract'
import type { TopicFile } from './topic-file.ts'
import { numberIn } from './row.ts'

/** Small transactions: appends of this and other processes go between them. */
const ROWS_AT_ONCE = 200
const PAGES_AT_ONCE = 256
/** Free pages that stay in the file, for the next values. */
const PAGES_KEPT = 1024

/** Oldest chunks past their time that every known group has read. */
const DELETE_OLD = `
DELETE FROM chunks WHERE chunk IN (
  SELECT chunk FROM chunks
  WHERE partition = :partition AND appended_at < :cutoff
    AND chunk < coalesce((SELECT min(p.chunk) FROM positions p WHERE p.partition = :partition), :none)
  ORDER BY chunk LIMIT :rows)`

/** Values that a newer one of the same key has replaced. */
const DELETE_REPLACED = `
DELETE FROM chunks WHERE chunk IN (
  SELECT old.chunk FROM chunks old
  WHERE old.key IS NOT NULL AND EXISTS (SELECT 1 FROM chunks new WHERE new.key = old.key AND new.chunk > old.chunk)
  LIMIT :rows)`

/** Deletes what the topic need not keep, and gives the space back to the file system. */
export async function applyTopicRetention(file: TopicFile, spec: TopicSpec, nowMs: number): Promise<void> {
  if (file.shape.compacted) await deleteAll(file.rest, DELETE_REPLACED, {})
  else await deletePastTime(file, nowMs - spec.retentionMs)
  await giveSpaceBack(file.rest)
}

async function deletePastTime(file: TopicFile, cutoff: number): Promise<void> {
  for (let partition = 0; partition < file.shape.partitions; partition += 1) {
    await deleteAll(file.rest, DELETE_OLD, { partition, cutoff, none: Number.MAX_SAFE_INTEGER })
  }
}

async function deleteAll(
  database: DatabaseSync,
  sql: string,
  parameters: Record<string, number>,
): Promise<void> {
  const statement = database.prepare(sql)
  while (Number(statement.run({ ...parameters, rows: ROWS_AT_ONCE }).changes) === ROWS_AT_ONCE)
    await nextTurn()
}

async function giveSpaceBack(database: DatabaseSync): Promise<void> {
  while (freePages(database) > PAGES_KEPT) {
    const before = freePages(database)
    database.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`)
    if (freePages(database) >= before) return
    await nextTurn()
  }
}

export function freePages(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA freelist_count').get()
  return row ? numberIn(row, 'freelist_count') : 0
}
