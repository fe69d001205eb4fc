import type { Org } from '../org.ts'
import type { Field } from '../schema/schema-model.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import { followHops, readField, type BoundPath } from './bind-path.ts'

interface Rendering {
  readonly org: Org
  /** `/services/data/v62.0` */
  readonly base: string
}

export type RenderedRecord = Record<string, unknown>

/** Attributes first, then the selected fields in order; parents are nested, an empty reference is null. */
export function renderRecord(
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
      rendered[name] = hop ? renderParent(rendering, record, { hop, group }) : readField(record, path.field)
  }
  return rendered
}

function renderParent(
  rendering: Rendering,
  record: StoredRecord,
  parent: { readonly hop: Field; readonly group: readonly BoundPath[] },
): RenderedRecord | null {
  const target = followHops(rendering.org, record, [parent.hop])
  if (!target) return null
  const rest = parent.group.map(({ hops, field }) => ({ hops: hops.slice(1), field }))
  return renderRecord(rendering, target, rest)
}

export function attributesOf(
  base: string,
  record: StoredRecord,
): { readonly type: string; readonly url: string } {
  return { type: record.object, url: `${base}/sobjects/${record.object}/${record.id}` }
}
