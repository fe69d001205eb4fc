import type { NodeId } from './fact-source.ts'

/**
 * Remembers the results of a function by identifier. `sharedBy` names further identifiers whose result the same value is.
 */
export type Remember = <T>(
  compute: (id: NodeId) => T,
  sharedBy?: (value: T) => Iterable<NodeId>,
) => (id: NodeId) => T

/** Over a complete set of facts, where no result can change any more. */
export const rememberAll: Remember = <T>(
  compute: (id: NodeId) => T,
  sharedBy: (value: T) => Iterable<NodeId> = () => [],
) => {
  const known = new Map<NodeId, { readonly value: T }>()
  return (id: NodeId): T => {
    const entry = known.get(id)
    if (entry) return entry.value
    const fresh = { value: compute(id) }
    known.set(id, fresh)
    for (const other of sharedBy(fresh.value)) known.set(other, fresh)
    return fresh.value
  }
}
