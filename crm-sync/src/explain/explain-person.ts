import { NIL_UUID } from '@leadline/warehouse'
import { z } from 'zod'
import { loadLinks } from '../state/links.ts'
import type { Scope } from '../state/load-round.ts'
import { EMPTY_FILTER } from './filter.ts'
import { readLog, readParked, type Delivery, type ParkedRow } from './read-log.ts'
import { findContacts } from './select-subjects.ts'

export interface Explanation {
  readonly contactId: string
  /** In words, the decisive thing first. */
  readonly reasons: readonly string[]
  readonly record: { readonly object: string; readonly crmId: string; readonly owner: string } | null
  readonly parked: readonly ParkedRow[]
  /** Of the person, and of its company. */
  readonly opportunities: readonly Deal[]
  readonly deliveries: readonly Delivery[]
}

const dealRow = z.object({
  name: z.string(),
  crmId: z.string(),
  stage: z.string(),
  amount: z.number().nullable(),
  currency: z.string(),
  closeDate: z.string().nullable(),
})
export type Deal = z.output<typeof dealRow>

const leadRow = z.object({
  primary_email: z.string(),
  quarantined: z.number(),
  stage: z.string(),
})
type LeadRow = z.output<typeof leadRow>

const RECENT = 10

/** Why a person is, or is not, in Salesforce. Nobody of this mail: an empty list. */
export async function explainPerson(scope: Scope, who: string): Promise<readonly Explanation[]> {
  const contactIds = await findContacts(scope, who)
  const links = await loadLinks(scope.warehouse, scope.ws, { kind: 'contact', ids: contactIds })
  const parked = await readParked(scope)
  return await Promise.all(
    contactIds.map(async (contactId) => {
      const link = links.get(contactId)
      const own = parked.filter(({ id }) => id === contactId)
      const deliveries = await readLog(scope, { filter: EMPTY_FILTER, ids: [contactId], limit: RECENT })
      const isThere = link !== undefined && !link.gone && link.status !== 'deleted' && link.status !== 'moved'
      return {
        contactId,
        reasons: [
          ...describeLink(link?.status, link?.object, link?.crmId),
          ...own.map(({ code, message }) => `${code}: ${message}`),
          ...(isThere ? [] : describeLeads(await loadLeadRows(scope, contactId), own, deliveries)),
        ],
        record: isThere ? { object: link.object, crmId: link.crmId, owner: link.ownerName } : null,
        parked: own,
        opportunities: await loadDeals(scope, contactId),
        deliveries,
      }
    }),
  )
}

function describeLink(status: string | undefined, object = '', crmId = ''): readonly string[] {
  if (status === undefined) return []
  if (status === 'deleted') return [`its ${object} ${crmId} was deleted in Salesforce, and is not made again`]
  if (status === 'moved')
    return [`its ${object} ${crmId} went along to another contact, with the person's new mail`]
  return [`it is ${object} ${crmId}`]
}

const loadDeals = ({ warehouse, ws }: Scope, contactId: string): Promise<Deal[]> =>
  warehouse.query(
    `SELECT name, opportunity_id AS crmId, stage, amount, currency, close_date AS closeDate
     FROM opportunities
     WHERE ws = {ws:UInt32} AND (has(contact_ids, {contactId:UUID}) OR company_id IN (
       SELECT company_id FROM leads_raw FINAL
       WHERE ws = {ws:UInt32} AND contact_id = {contactId:UUID} AND gone = 0 AND company_id != {nil:UUID}))
     ORDER BY is_closed, changed_at DESC LIMIT {max:UInt32}`,
    { row: dealRow, params: { ws, contactId, nil: NIL_UUID, max: RECENT } },
  )

const loadLeadRows = ({ warehouse, ws }: Scope, contactId: string): Promise<LeadRow[]> =>
  warehouse.query(
    `SELECT primary_email, quarantined, stage FROM leads_raw FINAL
     WHERE ws = {ws:UInt32} AND contact_id = {contactId:UUID}`,
    { row: leadRow, params: { ws, contactId } },
  )

function describeLeads(
  leads: readonly LeadRow[],
  parked: readonly ParkedRow[],
  deliveries: readonly Delivery[],
): readonly string[] {
  if (leads.every(({ primary_email: mail }) => mail === '')) return ['it has no mail address']
  if (leads.every(({ quarantined }) => quarantined === 1))
    return ['what identifies it is void: too many people share it, or it is known as junk']
  if (parked.length > 0) return []
  const failed = deliveries.find(({ outcome }) => outcome === 'failed')
  if (failed) return [`the last try was refused: ${failed.code} ${failed.message}`]
  return [
    `nothing was tried yet (stage ${JSON.stringify(leads[0]?.stage ?? '')}): the rules crm.create, crm.only or ` +
      'crm.objects keep it out, or its turn has not come; `leadline salesforce plan` shows what would be done',
  ]
}
