import { FULL_ACCESS } from '../access/access.ts'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import { compileCondition } from '../soql/compile-condition.ts'
import { parseQuery } from '../soql/parse-query.ts'
import type { FieldValues } from '../store/stored-record.ts'

/** Whether values that are about to be saved satisfy a SOQL filter. Throws SoqlError when it cannot be read. */
export function matchesFilter(
  org: Org,
  object: ObjectDefinition,
  test: {
    readonly filter: string | undefined
    readonly values: FieldValues
    readonly id?: string | undefined
  },
): boolean {
  const { filter, values, id = '' } = test
  if (filter === undefined) return true
  const text = `SELECT Id FROM ${object.name} WHERE ${filter}`
  const { where } = parseQuery(text)
  if (!where) return true
  const matches = compileCondition({ org, access: FULL_ACCESS, text }, object, where)
  return matches({ id, object: object.name, values, version: 0, deletedAtMs: null })
}
