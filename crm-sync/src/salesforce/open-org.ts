import type { CrmSettings } from '@leadline/contract'
import { ACCOUNT_RULES } from '../plan/account.ts'
import { ACTIVITY_FIELDS } from '../plan/activity.ts'
import type { ObjectSchema } from '../plan/field-values.ts'
import { CONTACT_RULES, LEAD_RULES } from '../plan/lead.ts'
import { EXTERNAL_ID, type CrmObject } from '../plan/operation.ts'
import type { Schemas } from '../plan/plan-round.ts'
import { describeObject, requireFields } from './describe.ts'
import { createExchange } from './exchange.ts'
import { createSend, type ApiUsage, type Send } from './send.ts'
import { createTokenProvider } from './token.ts'

/** What reading needs: the door, and which fields there are. */
export interface ReadScope {
  readonly send: Send
  schema(object: CrmObject): ObjectSchema
  /** Fields of the mapping. */
  fields(object: CrmObject): readonly string[]
}

export interface Org {
  readonly send: Send
  /** Described once and kept; `forget` makes the next call ask again. */
  schemas(): Promise<Schemas>
  forget(): void
  usage(): ApiUsage | undefined
}

const FIELDS: Readonly<Record<CrmObject, readonly string[]>> = {
  Lead: LEAD_RULES.map((rule) => rule.field),
  Contact: CONTACT_RULES.map((rule) => rule.field),
  Account: ACCOUNT_RULES.map((rule) => rule.field),
  Leadline_Activity__c: ACTIVITY_FIELDS,
}

/** The org of one workspace. Opens nothing: the first call connects. */
export function openOrg(
  settings: CrmSettings,
  /** Told of fields of the mapping that the connected user cannot see: they are left out. */
  onMissing: (object: CrmObject, fields: readonly string[]) => void,
): Org {
  const exchange = createExchange()
  let usage: ApiUsage | undefined
  let schemas: Promise<Schemas> | undefined
  const send = createSend({
    exchange,
    tokens: createTokenProvider({ ...settings, exchange }),
    apiVersion: settings.apiVersion,
    onUsage: (latest) => (usage = latest),
  })
  const forget = (): void => (schemas = undefined)
  return {
    send,
    usage: () => usage,
    forget,
    schemas: () =>
      (schemas ??= describeAll(send, onMissing).catch((error: unknown) => {
        forget()
        throw error
      })),
  }
}

async function describeAll(send: Send, onMissing: Parameters<typeof openOrg>[1]): Promise<Schemas> {
  const describe = async (object: CrmObject, needed: readonly string[]): Promise<ObjectSchema> => {
    const schema = await describeObject(send, object)
    requireFields(object, schema, [EXTERNAL_ID, ...needed])
    const missing = FIELDS[object].filter((field) => schema[field] === undefined)
    if (missing.length > 0) onMissing(object, missing)
    return schema
  }
  const [lead, contact, account, activity] = await Promise.all([
    describe('Lead', ['Email']),
    describe('Contact', ['Email']),
    describe('Account', ['Website', 'Leadline_Domain__c']),
    describe('Leadline_Activity__c', ['Leadline_Lead__c']),
  ])
  return { lead, contact, account, activity }
}

export function openReadScope(send: Send, schemas: Schemas): ReadScope {
  const byObject: Readonly<Record<CrmObject, ObjectSchema>> = {
    Lead: schemas.lead,
    Contact: schemas.contact,
    Account: schemas.account,
    Leadline_Activity__c: schemas.activity,
  }
  return { send, schema: (object) => byObject[object], fields: (object) => FIELDS[object] }
}
