import { dmlError, refuse, type Dml, type DmlError, type DmlResult } from './dml-result.ts'

/** One write of a chunk; `dml` knows how many rows are saved with it. */
export interface ChunkWrite {
  /** Rows of one object that follow each other are one chunk, and one transaction. */
  readonly object: string
  readonly run: (dml: Dml) => DmlResult
}

/**
 * Runs writes in order. With `allOrNone` one failure undoes them all, and the others say so;
 * without it each stands for itself.
 */
export function saveMany(dml: Dml, writes: readonly ChunkWrite[], allOrNone: boolean): readonly DmlResult[] {
  const savepoint = dml.org.store.savepoint()
  const results = toChunks(writes).flatMap((chunk) => {
    dml.org.store.startTransaction()
    return chunk.map((write) => write.run({ ...dml, chunkRows: chunk.length }))
  })
  if (!allOrNone || results.every((result) => result.ok)) return results
  dml.org.store.rollbackTo(savepoint)
  return results.map((result) => (result.ok ? refuse(rolledBack()) : result))
}

function toChunks(writes: readonly ChunkWrite[]): readonly (readonly ChunkWrite[])[] {
  const chunks: ChunkWrite[][] = []
  for (const write of writes) {
    const last = chunks.at(-1)
    if (last?.[0]?.object === write.object) last.push(write)
    else chunks.push([write])
  }
  return chunks
}

function rolledBack(): DmlError {
  return dmlError(
    'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    'Record rolled back because not all records were valid and the request was using AllOrNone header',
  )
}
