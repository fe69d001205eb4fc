import type { ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValue, StoredRecord } from '../store/stored-record.ts'
import { bindPath, readPath, type BoundPath, type Scope } from './bind-path.ts'
import { compileCondition } from './compile-condition.ts'
import { findCandidates } from './find-candidates.ts'
import type { Order, Query } from './query-tree.ts'

/** The records a query finds, in order, within LIMIT and OFFSET. Throws SoqlError. */
export function selectRecords(
  scope: Scope,
  object: ObjectDefinition,
  search: { readonly query: Query; readonly includeDeleted: boolean },
): readonly StoredRecord[] {
  const { query, includeDeleted } = search
  const matches = query.where ? compileCondition(scope, object, query.where) : () => true
  const compare = compileOrders(scope, object, query.orderBy)
  const found = [...findCandidates(scope, object, query.where)].filter(
    (record) => (includeDeleted || record.deletedAtMs === null) && matches(record),
  )
  if (query.orderBy.length > 0) found.sort(compare)
  const end = query.limit === undefined ? undefined : query.offset + query.limit
  return found.slice(query.offset, end)
}

type Compare = (a: StoredRecord, b: StoredRecord) => number

function compileOrders(scope: Scope, object: ObjectDefinition, orders: readonly Order[]): Compare {
  const compares = orders.map((order) => compileOrder(scope, bindPath(scope, object, order.path), order))
  return (a, b) => {
    for (const compare of compares) {
      const result = compare(a, b)
      if (result !== 0) return result
    }
    return 0
  }
}

function compileOrder(scope: Scope, path: BoundPath, order: Order): Compare {
  const sign = order.descending ? -1 : 1
  const nullSide = order.nullsLast ? 1 : -1
  const keyOf = (record: StoredRecord): FieldValue => {
    const value = readPath(scope.org, record, path)
    return typeof value === 'string' ? value.toLowerCase() : value
  }
  return (a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)]
    if (left === right) return 0
    if (left === null || right === null) return left === null ? nullSide : -nullSide
    return left < right ? -sign : sign
  }
}
