import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import { bindPath, type BoundPath, type Scope } from './bind-path.ts'
import type { Query } from './query-tree.ts'
import { SoqlError, unsupportedObject } from './soql-error.ts'

/** Children of a record that a subquery lists. */
export interface ChildSelect {
  readonly name: string
  readonly object: ObjectDefinition
  /** The children's field that points to the parent. */
  readonly link: Field
  readonly query: Query
  readonly select: Select
}

/** What a query shows of each record, names known. */
export interface Select {
  readonly paths: readonly BoundPath[]
  readonly children: readonly ChildSelect[]
}

/** Throws SoqlError for names that the user does not know. */
export function bindSelect(scope: Scope, object: ObjectDefinition, query: Query): Select {
  const paths: BoundPath[] = []
  const children: ChildSelect[] = []
  for (const item of query.select) {
    if (item.kind === 'path') paths.push(bindPath(scope, object, item.path))
    if (item.kind === 'fields') paths.push(...bindAll(scope, object, item.group))
    if (item.kind === 'children') children.push(bindChildren(scope, object, item.query))
  }
  return { paths, children }
}

function bindAll(scope: Scope, object: ObjectDefinition, group: string): readonly BoundPath[] {
  return object.fields
    .filter((field) => scope.access.canRead(object, field))
    .filter((field) => group === 'ALL' || field.custom === (group === 'CUSTOM'))
    .map((field) => ({ hops: [], field }))
}

function bindChildren(scope: Scope, parent: ObjectDefinition, query: Query): ChildSelect {
  const wanted = query.from.toLowerCase()
  for (const object of scope.org.schema.objects) {
    const link = object.fields.find(
      (field) =>
        field.childRelationshipName?.toLowerCase() === wanted && field.referenceTo.includes(parent.name),
    )
    if (!link || !scope.access.canUse(object, 'read')) continue
    if (query.select.some((item) => item.kind === 'children')) {
      throw new SoqlError('MALFORMED_QUERY', 'a subquery cannot contain a subquery')
    }
    const name = link.childRelationshipName ?? query.from
    return { name, object, link, query, select: bindSelect(scope, object, query) }
  }
  throw unsupportedObject(query.from)
}
