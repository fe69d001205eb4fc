import { defineField } from '../schema/define-fields.ts'
import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValue, StoredRecord } from '../store/stored-record.ts'
import { bindPath, readPath, type Scope } from './bind-path.ts'
import { compileFilter } from './compile-condition.ts'
import { foldText } from './compile-literal.ts'
import type { AggregateName, Order, Path, Query } from './query-tree.ts'
import type { RenderedRecord } from './render-record.ts'
import { compareValues } from './select-records.ts'
import { SoqlError } from './soql-error.ts'

type Group = readonly StoredRecord[]

interface Column {
  readonly field: Field
  readonly read: (group: Group) => FieldValue
}

/** One row for each group of records, filtered, ordered and cut as the query says. Throws SoqlError. */
export function groupRecords(
  scope: Scope,
  object: ObjectDefinition,
  { query, records }: { readonly query: Query; readonly records: readonly StoredRecord[] },
): readonly RenderedRecord[] {
  const bind = (path: Path): Column => bindColumn(scope, object, path)
  const groups = toGroups(scope, object, { query, records })
  const nowMs = scope.org.clock.nowMs()
  const matches = query.having
    ? compileFilter<Group>({ bind, join: refuseJoin, nowMs }, query.having)
    : () => true
  const orders = query.orderBy.map((order) => ({ order, column: bind(order.path) }))
  const found = groups.filter(matches).toSorted((a, b) => compareGroups(orders, a, b))
  const end = query.limit === undefined ? undefined : query.offset + query.limit
  const columns = bindColumns(query, bind)
  return found.slice(query.offset, end).map((group) => ({
    attributes: { type: 'AggregateResult' },
    ...Object.fromEntries(columns.map(({ name, column }) => [name, column.read(group)])),
  }))
}

function refuseJoin(): never {
  throw new SoqlError('MALFORMED_QUERY', 'HAVING cannot contain a semi-join')
}

function toGroups(
  scope: Scope,
  object: ObjectDefinition,
  { query, records }: { readonly query: Query; readonly records: readonly StoredRecord[] },
): readonly Group[] {
  if (query.groupBy.length === 0) return [records]
  const paths = query.groupBy.map((path) => bindPath(scope, object, path))
  const groups = Map.groupBy(records, (record) =>
    JSON.stringify(paths.map((path) => foldText(path.field, readPath(scope.org, record, path)))),
  )
  return [...groups.values()]
}

/** Columns in order of the select; an aggregate without a name is `expr0`, `expr1` and so on. */
function bindColumns(
  query: Query,
  bind: (path: Path) => Column,
): readonly { readonly name: string; readonly column: Column }[] {
  let unnamed = 0
  return query.select.flatMap((item) => {
    if (item.kind === 'path') {
      const column = bind(item.path)
      return [{ name: item.alias ?? column.field.name, column }]
    }
    if (item.kind !== 'aggregate') return []
    const name = item.alias ?? `expr${unnamed++}`
    return [{ name, column: bind({ text: `${item.name}(${item.path.text})`, at: item.path.at }) }]
  })
}

function bindColumn(scope: Scope, object: ObjectDefinition, path: Path): Column {
  const [, name = '', inner = ''] = /^(\w+)\((.*)\)$/.exec(path.text) ?? []
  const bound = bindPath(scope, object, inner === '' ? path : { text: inner, at: path.at })
  const readOne = (record: StoredRecord): FieldValue => readPath(scope.org, record, bound)
  const aggregate = FUNCTIONS.get(name)
  if (!aggregate) {
    return { field: bound.field, read: ([first]) => (first ? readOne(first) : null) }
  }
  const isNumber = !['MIN', 'MAX'].includes(name)
  return {
    field: isNumber ? defineField('double', path.text) : bound.field,
    read: (group) =>
      aggregate(
        group.map(readOne).filter((value) => value !== null),
        bound.field,
      ),
  }
}

type Aggregate = (values: readonly FieldValue[], field: Field) => FieldValue

const sum = (values: readonly FieldValue[]): number =>
  values.reduce<number>((total, value) => total + (typeof value === 'number' ? value : 0), 0)

const extreme =
  (sign: number): Aggregate =>
  (values, field) =>
    values.reduce<FieldValue>((best, value) => {
      const isBetter = sign * compareValues(foldText(field, value), foldText(field, best), -1) > 0
      return best === null || isBetter ? value : best
    }, null)

const FUNCTIONS: ReadonlyMap<string, Aggregate> = new Map<AggregateName, Aggregate>([
  ['COUNT', (values) => values.length],
  ['COUNT_DISTINCT', (values, field) => new Set(values.map((value) => foldText(field, value))).size],
  ['MIN', extreme(-1)],
  ['MAX', extreme(1)],
  ['SUM', (values) => (values.length === 0 ? null : sum(values))],
  ['AVG', (values) => (values.length === 0 ? null : sum(values) / values.length)],
])

function compareGroups(
  orders: readonly { readonly order: Order; readonly column: Column }[],
  a: Group,
  b: Group,
): number {
  for (const { order, column } of orders) {
    const nullSide = order.nullsLast === order.descending ? -1 : 1
    const [left, right] = [a, b].map((group) => foldText(column.field, column.read(group)))
    const place = compareValues(left ?? null, right ?? null, nullSide)
    if (place !== 0) return order.descending ? -place : place
  }
  return 0
}
