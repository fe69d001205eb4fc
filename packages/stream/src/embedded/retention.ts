import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { TopicSpec } from '@leadline/contract'
import { freePages } from './pages.ts'
import type { Topic } from './topic.ts'

/** Small transactions: appends of this and other processes go between them. */
const ROWS_AT_ONCE = 200
const PAGES_AT_ONCE = 256
/** Free pages that stay in the file, for the next values. */
const PAGES_KEPT = 1024

/** Oldest chunks past their time that every known group has read. */
const DELETE_OLD = `
DELETE FROM chunks WHERE chunk IN (
  SELECT chunk FROM chunks
  WHERE partition = :partition AND appended_at < :cutoff AND chunk < :readByAll
  ORDER BY chunk LIMIT :rows)`

/** Values that a newer one of the same key has replaced. */
const DELETE_REPLACED = `
DELETE FROM chunks WHERE chunk IN (
  SELECT old.chunk FROM chunks old
  WHERE old.key IS NOT NULL AND EXISTS (SELECT 1 FROM chunks new WHERE new.key = old.key AND new.chunk > old.chunk)
  LIMIT :rows)`

/** Deletes what the topic need not keep, and gives the space back to the file system. */
export async function applyTopicRetention(topic: Topic, spec: TopicSpec, nowMs: number): Promise<void> {
  const { reads } = topic.file
  if (topic.shape.compacted) await deleteAll(reads, DELETE_REPLACED, {})
  else await deletePastTime(topic, nowMs - spec.retentionMs)
  await giveSpaceBack(reads)
}

async function deletePastTime(topic: Topic, cutoff: number): Promise<void> {
  for (let partition = 0; partition < topic.shape.partitions; partition += 1) {
    const readByAll = topic.groups.readByAll(partition) ?? Number.MAX_SAFE_INTEGER
    await deleteAll(topic.file.reads, DELETE_OLD, { partition, cutoff, readByAll })
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
