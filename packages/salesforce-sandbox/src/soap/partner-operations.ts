import { convertLead, type ConversionResult } from '../dml/convert-lead.ts'
import { undeleteRecord } from '../dml/delete-record.ts'
import { dmlError, refuse, type DmlError, type DmlResult } from '../dml/dml-result.ts'
import { mergeRecords } from '../dml/merge-records.ts'
import { revokeToken } from '../oauth/sessions.ts'
import { give, type SoapCall, type SoapHandler } from './soap-call.ts'
import { childrenOf, textOf, toList } from './soap-xml.ts'

/** The partner API, as far as REST has no call for it. */
export const PARTNER_OPERATIONS: Readonly<Record<string, SoapHandler>> = {
  convertLead: (call) => give(toList(call.argument['leadConverts']).map((given) => convert(call, given))),
  merge: (call) => give(toList(call.argument['request']).map((given) => merge(call, given))),
  undelete: (call) => give(toList(call.argument['ids']).map((id) => undelete(call, textOf(id) ?? ''))),
  getServerTimestamp: ({ org }) => give({ timestamp: new Date(org.clock.nowMs()).toISOString() }),
  getUserInfo: ({ org, dml }) => {
    const user = org.store.get('User', dml.actor.userId)?.values
    return give({
      organizationId: org.id,
      userId: dml.actor.userId,
      userName: user?.['Username'],
      userEmail: user?.['Email'],
      userFullName: user?.['Name'],
      userTimeZone: user?.['TimeZoneSidKey'],
      userType: 'Standard',
    })
  },
  logout: ({ org, argument }) => {
    revokeToken(org, textOf(argument['sessionId']) ?? '')
    return give({})
  },
}

function convert({ dml, trace }: SoapCall, given: unknown): object {
  const fields = childrenOf(given)
  const text = (name: string): string | undefined => textOf(fields[name])
  const leadId = text('leadId') ?? ''
  trace.object = 'Lead'
  trace.ids.push(leadId)
  const makesOpportunity = text('doNotCreateOpportunity') !== 'true'
  const lead = dml.org.store.get('Lead', leadId)
  const result = convertLead(dml, {
    leadId,
    accountId: text('accountId'),
    contactId: text('contactId'),
    ownerId: text('ownerId'),
    convertedStatus: text('convertedStatus'),
    opportunityName: makesOpportunity
      ? (text('opportunityName') ?? String(lead?.values['Company'] ?? ''))
      : undefined,
  })
  return renderConversion(leadId, result)
}

function renderConversion(leadId: string, result: ConversionResult): object {
  if (!result.ok) return { ...nil('accountId', 'contactId'), leadId, ...renderErrors(result.error) }
  const { accountId, contactId, opportunityId } = result
  const opportunity = opportunityId === null ? nil('opportunityId') : { opportunityId }
  return { accountId, contactId, leadId, ...opportunity, success: 'true' }
}

function nil(...names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, { '@xsi:nil': 'true' }]))
}

function renderErrors(error: DmlError): object {
  return {
    errors: { fields: [...error.fields], message: error.message, statusCode: error.code },
    success: 'false',
  }
}

function merge({ dml, trace }: SoapCall, given: unknown): object {
  const { masterRecord, recordToMergeIds } = childrenOf(given)
  const { Id, type, ...fields } = childrenOf(masterRecord)
  // The partner API sends the id twice.
  const winnerId = textOf(toList(Id)[0]) ?? ''
  const object = dml.org.schema.object(textOf(type) ?? childTypeOf(masterRecord))
  const loserIds = toList(recordToMergeIds).flatMap((id) => textOf(id) ?? [])
  const values = Object.entries(fields).filter(([name]) => !name.startsWith('@') && name !== 'fieldsToNull')
  trace.object = object?.name ?? null
  trace.ids.push(winnerId, ...loserIds)
  const result: DmlResult = object
    ? mergeRecords(dml, object, {
        winnerId,
        loserIds,
        values: Object.fromEntries(values.map(([name, value]) => [name, textOf(value) ?? null])),
      })
    : refuse(dmlError('INVALID_TYPE', 'masterRecord has no type'))
  if (!result.ok) return { id: winnerId, ...renderErrors(result.error) }
  return { id: result.id, mergedRecordIds: loserIds, success: 'true' }
}

function childTypeOf(value: unknown): string {
  return (textOf(childrenOf(value)['@type']) ?? '').replace(/^.*:/, '')
}

function undelete({ dml, trace }: SoapCall, id: string): object {
  trace.ids.push(id)
  const object = dml.org.schema.objectByPrefix(id.slice(0, 3))
  const result: DmlResult = object
    ? undeleteRecord(dml, object, id)
    : refuse(dmlError('MALFORMED_ID', `malformed id ${id}`))
  return result.ok ? { id: result.id, success: 'true' } : { id, ...renderErrors(result.error) }
}
