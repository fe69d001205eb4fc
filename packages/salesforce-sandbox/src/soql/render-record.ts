import type { StoredRecord } from '../store/stored-record.ts'
import type { Field } from '../schema/schema-model.ts'
import { followHops, type BoundPath, type Scope } from './bind-path.ts'
import { renderField } from './render-field.ts'
import type { ChildSelect, Select } from './bind-select.ts'
import { selectRecords } from './select-records.ts'

interface Rendering {
  readonly scope: Scope
  /** `/services/data/v62.0` */
  readonly base: string
}

export type RenderedRecord = Record<string, unknown>

/** Attributes first, then the selected fields in order; parents are nested, an empty reference is null. */
export function renderRecord(rendering: Rendering, record: StoredRecord, select: Select): RenderedRecord {
  const rendered = renderPaths(rendering, record, select.paths)
  for (const child of select.children) rendered[child.name] = renderChildren(rendering, record, child)
  return rendered
}

function renderPaths(
  rendering: Rendering,
  record: StoredRecord,
  paths: readonly BoundPath[],
): RenderedRecord {
  const rendered: RenderedRecord = { attributes: attributesOf(rendering.base, record) }
  const groups = Map.groupBy(paths, ({ hops, field }) => hops[0]?.relationshipName ?? field.name)
  for (const [name, group] of groups) {
    const [path] = group
    const hop = path?.hops[0]
    if (path)
      rendered[name] = hop ? renderParent(rendering, record, { hop, group }) : renderField(record, path.field)
  }
  return rendered
}

function renderParent(
  rendering: Rendering,
  record: StoredRecord,
  parent: { readonly hop: Field; readonly group: readonly BoundPath[] },
): RenderedRecord | null {
  const target = followHops(rendering.scope.org, record, [parent.hop])
  if (!target) return null
  const rest = parent.group.map(({ hops, field }) => ({ hops: hops.slice(1), field }))
  return renderPaths(rendering, target, rest)
}

/** A page of children; null when there are none. */
function renderChildren(
  rendering: Rendering,
  record: StoredRecord,
  child: ChildSelect,
): RenderedRecord | null {
  const { object, link, query, select } = child
  const among = rendering.scope.org.store.findBy(object.name, link, record.id) ?? []
  const found = selectRecords(rendering.scope, object, { query, includeDeleted: false, among })
  if (found.length === 0) return null
  const records = found.map((one) => renderRecord(rendering, one, select))
  return { totalSize: found.length, done: true, records }
}

export function attributesOf(
  base: string,
  record: StoredRecord,
): { readonly type: string; readonly url: string } {
  return { type: record.object, url: `${base}/sobjects/${record.object}/${record.id}` }
}
