import {
  INTEGRATION_USERNAME,
  REP_USERNAME,
  SECOND_REP_USERNAME,
  type SandboxOrg,
  type StoredRecord,
} from '@leadline/salesforce-sandbox'
import { mailOf } from './people.ts'

/** What a rep does to a record in Salesforce. */
export interface RepAct {
  readonly kind: 'edit' | 'clear' | 'transfer' | 'convert' | 'delete' | 'undelete' | 'own'
  readonly who: number
  readonly other: number
}

export type RepOp = Parameters<SandboxOrg['admin']['act']>[0]['ops'][number]

/** What an act means in an org as it stands; nothing, when there is no record for it. The number makes values unique. */
export function toRepOp(org: SandboxOrg, act: RepAct, edit: number): RepOp | undefined {
  if (act.kind === 'own') return toOwnRecord(act, edit)
  const records = peopleOf(org, act.kind === 'undelete')
  const record = records[act.who % Math.max(1, records.length)]
  return record && toChange(org, { ...act, edit }, record)
}

function toChange(
  org: SandboxOrg,
  { kind, other, edit }: RepAct & { readonly edit: number },
  record: StoredRecord,
): RepOp | undefined {
  const { id } = record
  const field = ['Title', 'Phone', 'FirstName'][other % 3] ?? 'Title'
  if (kind === 'edit') return { op: 'update', id, values: { [field]: `rep-${edit}` } }
  if (kind === 'clear') return { op: 'update', id, values: { [field]: null } }
  if (kind === 'transfer') return { op: 'transfer', id, ownerId: userId(org, other) }
  if (kind === 'convert') return record.object === 'Lead' ? toConversion(org, record, other) : undefined
  return { op: kind === 'delete' ? 'delete' : 'undelete', id }
}

function toOwnRecord({ who, other }: RepAct, edit: number): RepOp {
  const values = { LastName: `Own ${edit}`, Email: mailOf(who) }
  return other % 2 === 0
    ? { op: 'create', object: 'Lead', values: { ...values, Company: 'Rep Inc' } }
    : { op: 'create', object: 'Contact', values }
}

/** Into a Contact of the same mail if there is one, else into a new one. */
function toConversion(org: SandboxOrg, lead: StoredRecord, other: number): RepOp {
  const twin = peopleOf(org, false).find(
    ({ object, values }) => object === 'Contact' && values['Email'] === lead.values['Email'],
  )
  const ownerId = userId(org, other)
  return { op: 'convert', leadId: lead.id, ownerId, ...(twin ? { contactId: twin.id } : {}) }
}

function userId(org: SandboxOrg, pick: number): string {
  const name = [REP_USERNAME, SECOND_REP_USERNAME, INTEGRATION_USERNAME][pick % 3] ?? REP_USERNAME
  return org.admin.records('User', `Username = '${name}'`)[0]?.id ?? ''
}

/** Leads and Contacts in an order that does not depend on when they were made. */
function peopleOf({ admin }: SandboxOrg, deleted: boolean): readonly StoredRecord[] {
  return [...admin.records('Lead'), ...admin.records('Contact')]
    .filter((record) => (record.deletedAtMs !== null) === deleted && record.values['IsConverted'] !== true)
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

/** A timeline row's name is a number in the order in which rows were made, so it stays out. */
export const keyOf = ({ object, values }: StoredRecord): string =>
  [object, values['Leadline_Id__c'], values['LastName'], object === 'Account' && values['Name']]
    .filter(Boolean)
    .join(' ')
