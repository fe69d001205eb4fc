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
  readonly #countFrom: StatementSync

  constructor(database: DatabaseSync) {
    this.#select = database.prepare(
      'SELECT chunk, count, bytes FROM chunks WHERE partition = ? AND chunk >= ? ORDER BY chunk LIMIT ?',
    )
    this.#countFrom = database.prepare('SELECT count(*) AS n FROM chunks WHERE partition = ? AND chunk >= ?')
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

  countFrom(partition: number, from: bigint): number {
    const row = this.#countFrom.get(partition, from)
    return row ? numberIn(row, 'n') : 0
  }
}
