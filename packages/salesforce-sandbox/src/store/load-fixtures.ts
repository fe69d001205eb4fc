import { ADMIN_PROFILE, FULL_ACCESS, INTEGRATION_PROFILE } from '../access/access.ts'
import type { Org } from '../org.ts'
import type { Dml } from '../dml/dml-result.ts'
import { changeRecord, insertRecord } from '../dml/write-record.ts'
import { recordTypeId } from '../dml/record-types.ts'
import { LEAD_STATUSES, OPPORTUNITY_STAGES } from '../schema/standard/picklists.ts'
import { loadBusiness } from './b2b-fixtures.ts'
import {
  ADMIN_USERNAME,
  INACTIVE_USERNAME,
  INTEGRATION_USERNAME,
  QUEUE_NAME,
  REP_USERNAME,
  SECOND_REP_USERNAME,
} from './fixture-names.ts'
import { buildRecordId } from './record-id.ts'
import type { FieldValues } from './stored-record.ts'

const STANDARD_PROFILE = 'Standard User'

const USERS = [
  { username: ADMIN_USERNAME, first: 'Ada', last: 'Admin', profile: ADMIN_PROFILE, active: true },
  { username: REP_USERNAME, first: 'Rae', last: 'Rep', profile: STANDARD_PROFILE, active: true },
  { username: SECOND_REP_USERNAME, first: 'Sam', last: 'Seller', profile: STANDARD_PROFILE, active: true },
  { username: INACTIVE_USERNAME, first: 'Ina', last: 'Inactive', profile: STANDARD_PROFILE, active: false },
  {
    username: INTEGRATION_USERNAME,
    first: 'Leadline',
    last: 'Integration',
    profile: INTEGRATION_PROFILE,
    active: true,
  },
] as const

/** The administrator is the first record of a new org, and its own creator. */
export const ADMIN_ID = buildRecordId('005', 1)

/** Fills a new org: people, one queue for leads, lead statuses, the organization itself. No business records. */
export function loadFixtures(dml: Dml): void {
  for (const user of USERS) {
    insert(dml, 'User', {
      Username: user.username,
      FirstName: user.first,
      LastName: user.last,
      Email: user.username,
      Alias: user.first.toLowerCase().slice(0, 8),
      ProfileName: user.profile,
      IsActive: user.active,
    })
  }
  const queueId = insert(dml, 'Group', { Name: QUEUE_NAME, DeveloperName: 'Inbound_Leads', Type: 'Queue' })
  insert(dml, 'QueueSobject', { QueueId: queueId, SobjectType: 'Lead' })
  for (const [index, status] of LEAD_STATUSES.entries()) {
    insert(dml, 'LeadStatus', {
      MasterLabel: status.value,
      ApiName: status.value,
      SortOrder: index + 1,
      IsDefault: index === 0,
      IsConverted: status.converted,
    })
  }
  for (const [index, stage] of OPPORTUNITY_STAGES.entries()) {
    insert(dml, 'OpportunityStage', {
      MasterLabel: stage.value,
      ApiName: stage.value,
      SortOrder: index + 1,
      IsActive: true,
      IsClosed: stage.closed,
      IsWon: stage.won,
      DefaultProbability: stage.probability,
    })
  }
  const { fixtures } = dml.org.settings
  if (fixtures !== 'small') loadBusiness(dml, fixtures)
  insert(dml, 'Organization', {
    Name: 'Leadline Sandbox',
    InstanceName: 'LOCAL',
    IsSandbox: dml.org.settings.sandbox,
    OrganizationType: `${dml.org.settings.edition} Edition`,
  })
}

/**
 * Makes each loaded permission set known, and assigns new ones: all to the integration user and the administrator,
 * those that only grant reading to everyone.
 */
export function assignPermissionSets(dml: Dml): void {
  const { schema, store } = dml.org
  const known = new Set([...store.all('PermissionSet')].map((record) => record.values['Name']))
  const users = [...store.all('User')]
  for (const set of schema.permissionSets.filter(({ name }) => !known.has(name))) {
    const setId = insert(dml, 'PermissionSet', { Name: set.name, Label: set.label })
    const grantsEdit = [...set.fields.values()].some((grant) => grant.edit)
    for (const user of users) {
      const isTrusted = [ADMIN_PROFILE, INTEGRATION_PROFILE].includes(String(user.values['ProfileName']))
      if (grantsEdit && !isTrusted) continue
      insert(dml, 'PermissionSetAssignment', { AssigneeId: user.id, PermissionSetId: setId })
    }
  }
}

/** Gives each record type of the schema a record of its own; one that is gone from the schema is no longer active. */
export function keepRecordTypes(dml: Dml): void {
  const { schema, store } = dml.org
  const hasPersons = dml.org.settings.features.personAccounts
  const wanted = new Map<string, FieldValues>()
  for (const object of schema.objects) {
    for (const type of object.recordTypes) {
      const names = { DeveloperName: type.developerName, SobjectType: object.name }
      const id = recordTypeId(dml.org, object, type) ?? insert(dml, 'RecordType', names)
      const kind = hasPersons ? { IsPersonType: type.isPerson } : {}
      wanted.set(id, { Name: type.label, IsActive: type.active, ...kind })
    }
  }
  const setup = schema.object('RecordType')
  for (const record of store.all('RecordType')) {
    const values = wanted.get(record.id) ?? { IsActive: false }
    const isKnown = Object.entries(values).every(([name, value]) => record.values[name] === value)
    if (setup && !isKnown) changeRecord(dml, record, { object: setup, values })
  }
}

/** The administrator at work, without being asked anything. */
export function systemActor(org: Org): Dml {
  return { org, actor: { userId: ADMIN_ID, via: 'setup', client: null, access: FULL_ACCESS } }
}

export function insertSetup(org: Org, objectName: string, values: FieldValues): string {
  return insert(systemActor(org), objectName, values)
}

function insert(dml: Dml, objectName: string, values: FieldValues): string {
  const object = dml.org.schema.object(objectName)
  if (!object) throw new Error(`the schema has no ${objectName}`)
  return insertRecord(dml, object, values).record.id
}
