import { dmlError, refuse, type Dml, type DmlError, type DmlResult } from './dml-result.ts'

/**
 * Runs writes in order. With `allOrNone` one failure undoes them all, and the others say so;
 * without it each stands for itself.
 */
export function saveMany(
  dml: Dml,
  writes: readonly (() => DmlResult)[],
  allOrNone: boolean,
): readonly DmlResult[] {
  const savepoint = dml.org.store.savepoint()
  const results = writes.map((write) => write())
  if (!allOrNone || results.every((result) => result.ok)) return results
  dml.org.store.rollbackTo(savepoint)
  return results.map((result) => (result.ok ? refuse(rolledBack()) : result))
}

function rolledBack(): DmlError {
  return dmlError(
    'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    'Record rolled back because not all records were valid and the request was using AllOrNone header',
  )
}
