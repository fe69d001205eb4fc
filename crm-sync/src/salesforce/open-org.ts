import type { CrmSettings } from '@leadline/contract'
import { ACTIVITY, ANCHOR_FIELDS, TASK } from '../plan/activity.ts'
import { isInUse } from '../plan/campaign-member.ts'
import { checkMapping } from '../plan/check-mapping.ts'
import { compileMapping, type Mapping } from '../plan/compile-mapping.ts'
import type { ObjectSchema } from '../plan/field-values.ts'
import { EXTERNAL_ID, type CrmObject } from '../plan/operation.ts'
import type { Schemas } from '../plan/plan-round.ts'
import type { CompositeDoor } from './composite.ts'
import { describeObject, requireFields } from './describe.ts'
import { SalesforceError } from './errors.ts'
import { gatherReads } from './gather-reads.ts'
import { openConnection, type Connection, type ConnectionOptions } from './open-connection.ts'
import { inLane, type ApiUsage, type Send } from './send.ts'

/** What reading needs: the door, where reads of one moment share a call, and which fields there are. */
export interface ReadScope extends CompositeDoor {
  schema(object: CrmObject): ObjectSchema
  /** Fields of the mapping. */
  fields(object: CrmObject): readonly string[]
}

export interface Org extends CompositeDoor {
  readonly mapping: Mapping
  /** The budget and what keeps calls back at present. */
  readonly gate: Connection['gate']
  /** Described once and kept; `forget` makes the next call ask again. */
  schemas(): Promise<Schemas>
  forget(): void
  usage(): ApiUsage | undefined
}

/** Fields to read of each record: those that may be written, and when it last changed. */
const fieldsOf = (mapping: Mapping, object: CrmObject): readonly string[] => [
  ...mapping[object].map((rule) => rule.field),
  ...(object === ACTIVITY || object === TASK ? ANCHOR_FIELDS[object] : ['LastModifiedDate']),
]

/** An administrator may change the org at any time; what we notice by no error is seen after this. */
const DESCRIBED_MS = 3_600_000

/** The org of one workspace. Opens nothing: the first call connects. */
export function openOrg(
  settings: CrmSettings,
  /** Told what is wrong with the mapping, line by line: those fields are left out. */
  onProblems: (problems: readonly string[]) => void,
  options: ConnectionOptions = {},
): Org {
  const { send, gate } = openConnection(settings, options)
  const mapping = compileMapping(settings.fields)
  let schemas: Promise<Schemas> | undefined
  let describedMs = 0
  const { now = Date.now } = options
  const forget = (): void => (schemas = undefined)
  function describe(): Promise<Schemas> {
    describedMs = now()
    const door = gatherReads({ send, apiVersion: settings.apiVersion })
    const wanted = { mapping, ...neededObjects(settings) }
    return describeAll(inLane(door, 'owner'), wanted, onProblems).catch((error: unknown) => {
      forget()
      throw error
    })
  }
  return {
    send,
    apiVersion: settings.apiVersion,
    mapping,
    gate,
    usage: () => gate.budget.usage,
    forget,
    schemas: () =>
      (schemas = schemas !== undefined && now() < describedMs + DESCRIBED_MS ? schemas : describe()),
  }
}

/** Which objects beyond those of everybody these settings write. */
const neededObjects = ({ timeline, campaigns, opportunities }: CrmSettings) => ({
  tasks: timeline.as === 'task',
  members: isInUse(campaigns),
  campaigns: isInUse(campaigns) && campaigns.create,
  deals: opportunities.create.length > 0,
})

async function describeAll(
  send: Send,
  {
    mapping,
    tasks,
    members,
    campaigns,
    deals,
  }: { readonly mapping: Mapping } & ReturnType<typeof neededObjects>,
  onProblems: Parameters<typeof openOrg>[1],
): Promise<Schemas> {
  const describe = async (object: CrmObject, needed: readonly string[]): Promise<ObjectSchema> => {
    const schema = await describeNeeded(send, object)
    requireFields(object, schema, [EXTERNAL_ID, ...needed])
    return schema
  }
  const [lead, contact, account, activity, task, member, campaign, opportunity, role] = await Promise.all([
    describe('Lead', ['Email']),
    describe('Contact', ['Email']),
    describe('Account', ['Website']),
    describe(ACTIVITY, ['Leadline_Lead__c']),
    tasks ? describe(TASK, ['WhoId']) : {},
    members ? describe('CampaignMember', ['CampaignId']) : {},
    campaigns ? describe('Campaign', ['Name']) : {},
    deals ? describe('Opportunity', ['StageName']) : {},
    deals ? describe('OpportunityContactRole', ['ContactId']) : {},
  ])
  const schemas = { lead, contact, account, activity, task, member, campaign, opportunity, role }
  const problems = checkMapping(mapping, byObject(schemas))
  if (problems.length > 0) onProblems(problems)
  return schemas
}

/** Without it nothing can be written; a version that the org does not have looks the same. */
async function describeNeeded(send: Send, object: CrmObject): Promise<ObjectSchema> {
  try {
    return await describeObject(send, object)
  } catch (cause) {
    if (!(cause instanceof SalesforceError) || cause.failure.status !== 404) throw cause
    const detail = `${object} is not there, or hidden from the connected user; or the org lacks crm.apiVersion`
    throw new SalesforceError(
      { ...cause.failure, code: 'schema_incomplete', class: 'config', detail },
      { cause },
    )
  }
}

const byObject = (schemas: Schemas): Readonly<Record<CrmObject, ObjectSchema>> => ({
  Lead: schemas.lead,
  Contact: schemas.contact,
  Account: schemas.account,
  Leadline_Activity__c: schemas.activity,
  Task: schemas.task,
  Campaign: schemas.campaign,
  CampaignMember: schemas.member,
  Opportunity: schemas.opportunity,
  OpportunityContactRole: schemas.role,
})

export function openReadScope(
  { mapping, ...door }: Pick<Org, 'send' | 'apiVersion' | 'mapping'>,
  schemas: Schemas,
): ReadScope {
  const schemaOf = byObject(schemas)
  return {
    send: gatherReads(door),
    apiVersion: door.apiVersion,
    schema: (object) => schemaOf[object],
    fields: (object) => fieldsOf(mapping, object),
  }
}
