import type { Field, ObjectDefinition, RollUp } from '../schema/schema-model.ts'
import type { FieldValue, StoredRecord } from '../store/stored-record.ts'
import type { Dml } from './dml-result.ts'
import { changeRecord } from './write-record.ts'

/** Brings the roll-up fields of a saved child's parents up to date; a parent whose number changes is stamped. */
export function rollUp(
  dml: Dml,
  child: ObjectDefinition,
  saved: { readonly before: StoredRecord | undefined; readonly after: StoredRecord },
): void {
  for (const parent of dml.org.schema.objects) {
    for (const field of parent.fields) {
      const { rollUp } = field
      if (rollUp?.childObject !== child.name) continue
      const ids = [saved.before, saved.after].map((record) => record?.values[rollUp.link] ?? null)
      for (const id of new Set(ids)) refresh(dml, { parent, field, rollUp }, id)
    }
  }
}

function refresh(
  dml: Dml,
  summary: { parent: ObjectDefinition; field: Field; rollUp: RollUp },
  id: FieldValue,
): void {
  const { parent, field } = summary
  const record = typeof id === 'string' ? dml.org.store.get(parent.name, id) : undefined
  if (!record || record.deletedAtMs !== null) return
  const value = summarize(dml, summary.rollUp, record.id)
  if (value === (record.values[field.name] ?? null)) return
  const system: Dml = { ...dml, actor: { ...dml.actor, via: 'flow', client: null } }
  changeRecord(system, record, { object: parent, values: { [field.name]: value } })
}

function summarize(dml: Dml, rollUp: RollUp, parentId: string): number | null {
  const child = dml.org.schema.object(rollUp.childObject)
  const link = child && dml.org.schema.field(child, rollUp.link)
  if (!child || !link) return null
  const children = (dml.org.store.findBy(child.name, link, parentId) ?? []).filter(
    (record) => record.deletedAtMs === null,
  )
  if (rollUp.operation === 'count') return children.length
  const numbers = children.flatMap(({ values }) => {
    const value = values[rollUp.field ?? '']
    return typeof value === 'number' ? [value] : []
  })
  if (rollUp.operation === 'sum') return numbers.reduce((sum, value) => sum + value, 0)
  if (numbers.length === 0) return null
  return rollUp.operation === 'min' ? Math.min(...numbers) : Math.max(...numbers)
}
