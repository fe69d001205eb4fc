import type { ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValue, StoredRecord } from '../store/stored-record.ts'
import { bindPath, readPath, type BoundPath, type Scope } from './bind-path.ts'
import { compileCondition } from './compile-condition.ts'
import { foldText } from './compile-literal.ts'
import { findCandidates } from './find-candidates.ts'
import type { Order, Query } from './query-tree.ts'
import { SoqlError } from './soql-error.ts'

/** The records a query finds, in order, within LIMIT and OFFSET. Throws SoqlError. */
export function selectRecords(
  scope: Scope,
  object: ObjectDefinition,
  search: {
    readonly query: Query
    readonly includeDeleted: boolean
    /** Looks only among these. */
    readonly among?: readonly StoredRecord[]
  },
): readonly StoredRecord[] {
  const { query, includeDeleted } = search
  const matches = query.where ? compileCondition(scope, object, query.where) : () => true
  const compare = compileOrders(scope, object, query.orderBy)
  const found = [...(search.among ?? findCandidates(scope, object, query.where))].filter(
    (record) =>
      (includeDeleted || isCurrent(scope, record)) && scope.access.canSee(record) && matches(record),
  )
  if (query.orderBy.length > 0) found.sort(compare)
  const end = query.limit === undefined ? undefined : query.offset + query.limit
  return found.slice(query.offset, end)
}

const ARCHIVE_DAYS = 365

/** Neither deleted nor archived: closed activities of more than a year ago are, and only queryAll shows them. */
function isCurrent(scope: Scope, { object, values, deletedAtMs }: StoredRecord): boolean {
  if (deletedAtMs !== null) return false
  if (object !== 'Task' && object !== 'Event') return true
  const day = values['ActivityDate'] ?? values['ActivityDateTime']
  if (typeof day !== 'string' || values['IsClosed'] === false) return true
  return Date.parse(day.slice(0, 10)) >= scope.org.clock.nowMs() - ARCHIVE_DAYS * 86_400_000
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
  if (!path.field.filterable) {
    throw new SoqlError('INVALID_FIELD', `field '${path.field.name}' can not be sorted in a query call`)
  }
  const nullSide = order.nullsLast === order.descending ? -1 : 1
  const sign = order.descending ? -1 : 1
  // Ids are compared with regard to case here as in filters: keyset paging depends on it.
  const read = (record: StoredRecord): FieldValue => foldText(path.field, readPath(scope.org, record, path))
  return (a, b) => sign * compareValues(read(a), read(b), nullSide)
}

/** Values as they come; `nullSide` is the place of a null against a value. */
export function compareValues(left: FieldValue, right: FieldValue, nullSide: number): number {
  if (left === right) return 0
  if (left === null || right === null) return left === null ? nullSide : -nullSide
  return left < right ? -1 : 1
}
