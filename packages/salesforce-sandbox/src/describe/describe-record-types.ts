import type { Access } from '../access/access.ts'
import { MASTER_RECORD_TYPE_ID, recordTypeId } from '../dml/record-types.ts'
import type { Org } from '../org.ts'
import type { ObjectDefinition, RecordType } from '../schema/schema-model.ts'

const MASTER: RecordType = {
  developerName: 'Master',
  label: 'Master',
  active: true,
  isPerson: false,
  picklists: new Map(),
}

/** The record types of an object as its user has them; the master kind comes last. */
export function describeRecordTypes(
  org: Pick<Org, 'store'>,
  access: Access,
  what: { readonly object: ObjectDefinition; readonly base: string },
): readonly Record<string, unknown>[] {
  const { object, base } = what
  const usual = access.defaultRecordType(object) ?? MASTER
  const layouts = `${base}/sobjects/${object.name}/describe/layouts`
  return [...object.recordTypes, MASTER].map((type) => {
    const id = type === MASTER ? MASTER_RECORD_TYPE_ID : recordTypeId(org, object, type)
    return {
      active: type.active,
      available: type === MASTER || (type.active && access.canUseRecordType(object, type)),
      defaultRecordTypeMapping: type === usual,
      developerName: type.developerName,
      master: type === MASTER,
      name: type.label,
      recordTypeId: id,
      urls: { layout: `${layouts}/${id}` },
    }
  })
}
