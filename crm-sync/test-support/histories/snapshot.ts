import type { SandboxOrg, StoredRecord } from '@leadline/salesforce-sandbox'
import type { MemoryWarehouse } from '../memory-warehouse.ts'
import { keyOf } from './rep-acts.ts'

const OBJECTS = ['Account', 'Lead', 'Contact', 'Leadline_Activity__c'] as const

/** Salesforce's own book-keeping: times and people of changes. */
const KEPT_BY_SALESFORCE =
  /^(CreatedDate|LastModifiedDate|SystemModstamp|CreatedById|LastModifiedById|Id|ConvertedDate)$/

const isOfSalesforce = ({ object }: StoredRecord, field: string): boolean =>
  KEPT_BY_SALESFORCE.test(field) || (object === 'Leadline_Activity__c' && field === 'Name')

/** All that stands in the org, with records named by what they are instead of by when they were made. */
export function toSnapshot(org: SandboxOrg): readonly unknown[] {
  const records = OBJECTS.flatMap((object) => org.admin.records(object))
  const names = new Map(records.map((record) => [record.id, keyOf(record)]))
  return records
    .map((record) => ({
      key: keyOf(record),
      isDeleted: record.deletedAtMs !== null,
      values: Object.fromEntries(
        Object.entries(record.values)
          .filter(([name, value]) => value !== null && !isOfSalesforce(record, name))
          .map(([name, value]) => [name, names.get(String(value)) ?? value]),
      ),
    }))
    .map((shown) => JSON.stringify(shown))
    .toSorted()
    .map((text): unknown => JSON.parse(text))
}

/** Links with their records named in the same way. */
export function toLinks(org: SandboxOrg, warehouse: MemoryWarehouse): readonly unknown[] {
  const records = OBJECTS.flatMap((object) => org.admin.records(object))
  const names = new Map(records.map((record) => [record.id, keyOf(record)]))
  return warehouse
    .final('crm_links_raw')
    .map(({ kind, id, object, external_id, crm_id, owner_name, status }) =>
      JSON.stringify([kind, id, object, external_id, names.get(String(crm_id)), owner_name, status]),
    )
    .toSorted()
}

export const isLive = (record: StoredRecord): boolean =>
  record.deletedAtMs === null && record.values['IsConverted'] !== true
