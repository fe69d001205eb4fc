import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { StoredChunk } from '../consume/take-batch.ts'
import { packBytes, unpackBytes } from './packed-bytes.ts'
import { bytesIn, numberIn } from './row.ts'
import { inTransaction } from './transaction.ts'

/** Chunks read by one query; a batch needs fewer, unless they are tiny. */
const READ_ROWS = 5000

/** A chunk as it is written. */
export interface ChunkRow {
  readonly partition: number
  readonly key: string | undefined
  readonly count: number
  readonly bytes: Uint8Array
}

/** Appends of one connection to one topic. */
export class ChunkTable {
  readonly #database: DatabaseSync
  readonly #insert: StatementSync

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#insert = database.prepare(
      'INSERT INTO chunks (partition, key, count, appended_at, bytes) VALUES (?, ?, ?, ?, ?)',
    )
  }

  /** All or nothing; durable on return. */
  write(rows: readonly ChunkRow[], nowMs: number): void {
    const packed = rows.map((row) => ({ ...row, bytes: packBytes(row.bytes) }))
    inTransaction(this.#database, () => {
      for (const { partition, key, count, bytes } of packed)
        this.#insert.run(partition, key ?? null, count, nowMs, bytes)
    })
  }
}

export class ChunkReader {
  readonly #select: StatementSync
  readonly #count: StatementSync
  readonly #end: StatementSync

  constructor(database: DatabaseSync) {
    this.#select = database.prepare(
      'SELECT chunk, count, bytes FROM chunks WHERE partition = ? AND chunk >= ? ORDER BY chunk LIMIT ?',
    )
    this.#count = database.prepare(
      'SELECT count(*) AS n FROM chunks WHERE partition = ? AND chunk >= ? AND chunk < ?',
    )
    this.#end = database.prepare('SELECT coalesce(max(chunk), -1) + 1 AS n FROM chunks WHERE partition = ?')
  }

  /** Chunks of a partition in order, from the given one on, read as they are asked for. */
  *read(partition: number, from: bigint): Generator<StoredChunk> {
    for (const row of this.#select.iterate(partition, from, READ_ROWS)) {
      yield {
        chunk: BigInt(numberIn(row, 'chunk')),
        count: numberIn(row, 'count'),
        bytes: unpackBytes(bytesIn(row, 'bytes')),
      }
    }
  }

  count(partition: number, from: bigint, before: bigint): number {
    const row = this.#count.get(partition, from, before)
    return row ? numberIn(row, 'n') : 0
  }

  /** Behind the last chunk. */
  end(partition: number): bigint {
    const row = this.#end.get(partition)
    return row ? BigInt(numberIn(row, 'n')) : 0n
  }
}
