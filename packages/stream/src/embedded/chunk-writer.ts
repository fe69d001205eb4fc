import type { DatabaseSync } from 'node:sqlite'
import { encodeChunk, type Chunk } from '../append/chunk.ts'
import { ChunkTable } from './chunk-table.ts'
import { toUnavailable } from './sqlite-error.ts'
import { connectForAppends } from './topic-file.ts'

/** A topic that is appended to. */
export interface WriteTarget {
  readonly topic: string
  readonly path: string
}

/** Makes chunks durable in the files of topics. */
export interface ChunkWriter {
  /** All or nothing; resolves when durable, rejects with StreamUnavailable. One call for a topic at a time. */
  write(target: WriteTarget, chunks: readonly Chunk[], nowMs: number): Promise<void>
  close(): Promise<void>
}

/** Writes on the event loop, which waits for each sync: for processes that append little. */
export function createInlineWriter(): ChunkWriter {
  const tables = new AppendTables()
  return {
    async write({ topic, path }, chunks, nowMs) {
      const rows = chunks.map((chunk) => ({ ...chunk, bytes: encodeChunk(chunk) }))
      try {
        tables.at(path).write(rows, nowMs)
      } catch (error) {
        throw toUnavailable(error, topic, path)
      }
    },
    close: async () => tables.close(),
  }
}

/** Connections for appends, opened as they are needed. */
export class AppendTables {
  readonly #open = new Map<string, { database: DatabaseSync; table: ChunkTable }>()

  at(path: string): ChunkTable {
    const known = this.#open.get(path)
    if (known) return known.table
    const database = connectForAppends(path)
    const table = new ChunkTable(database)
    this.#open.set(path, { database, table })
    return table
  }

  close(): void {
    for (const { database } of this.#open.values()) database.close()
    this.#open.clear()
  }
}
