import { isObject } from '@leadline/contract'
import { fromDateTime, NIL_UUID, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { queryByIds } from '../reads/in-chunks.ts'
import type { Delivery } from './delivery-rows.ts'
import { toFiringKey } from './deal-owners.ts'
import type { LeadMessage } from './lead-message.ts'

const text = z.string()
const json = text.transform((value): Record<string, unknown> => {
  const parsed: unknown = JSON.parse(value || '{}')
  return isObject(parsed) ? { ...parsed } : {}
})
const time = text.transform((value) => new Date(fromDateTime(value)).toISOString())

const firingRow = z.object({
  node_id: text,
  rule: text,
  message_id: text,
  fired_at: time,
  stage: text,
  facts: json,
  version: text.transform(BigInt),
})
const eventRow = z.object({
  node_id: text,
  message_id: text,
  type: text,
  label: text,
  url: text,
  happened_at: time,
  properties: json,
  lead_id: text,
})
const leadRow = z.object({
  lead_id: text,
  contact_id: text,
  company_id: text,
  primary_email: text,
  name: text,
  stage: text,
  score: z.number(),
  assigned_owner: text,
  first_seen: time,
  last_seen: time,
  sessions: z.number(),
  events: z.number(),
  traits: json,
  version: text.transform(BigInt),
})
const companyRow = z.object({ company_id: text, name: text, domain: text, leads: z.number(), traits: json })

type Firing = z.output<typeof firingRow>
type Event = z.output<typeof eventRow>
type Lead = z.output<typeof leadRow>
type Company = z.output<typeof companyRow>

/** What is there for one delivery. Parts of it are written after each other. */
export interface MessageFacts {
  readonly firing: Firing | undefined
  readonly event: Event | undefined
  readonly lead: Lead | undefined
  readonly company: Company | undefined
  /** All that the reconcile in which it fired had to write is there. */
  readonly isWhole: boolean
}

/** Reads around these deliveries of one workspace: their firings, events, the leads that have those now, companies. */
export async function readMessageFacts(
  warehouse: Warehouse,
  ws: number,
  deliveries: readonly Delivery[],
): Promise<(delivery: Delivery) => MessageFacts> {
  const nodes = deliveries.map(({ node_id }) => node_id)
  const [firings, events] = await Promise.all([
    queryByIds(warehouse, { sql: FIRINGS, row: firingRow, workspace: ws, ids: nodes }),
    queryByIds(warehouse, {
      sql: EVENTS,
      row: eventRow,
      workspace: ws,
      ids: nodes,
      params: { messages: deliveries.map(({ message_id }) => message_id) },
    }),
  ])
  const leads = await queryByIds(warehouse, {
    sql: LEADS,
    row: leadRow,
    workspace: ws,
    ids: events.map(({ lead_id }) => lead_id),
  })
  const companies = await queryByIds(warehouse, {
    sql: COMPANIES,
    row: companyRow,
    workspace: ws,
    ids: leads.map(({ company_id }) => company_id).filter((id) => id !== NIL_UUID),
  })
  const firingOf = new Map(firings.map((row) => [toFiringKey(row), row]))
  const eventOf = new Map(events.map((row) => [`${row.node_id} ${row.message_id}`, row]))
  const leadOf = new Map(leads.map((row) => [row.lead_id, row]))
  const companyOf = new Map(companies.map((row) => [row.company_id, row]))
  return (delivery) => {
    const firing = firingOf.get(toFiringKey(delivery))
    const event = eventOf.get(`${delivery.node_id} ${delivery.message_id}`)
    const lead = leadOf.get(event?.lead_id ?? '')
    const company = companyOf.get(lead?.company_id ?? '')
    return { firing, event, lead, company, isWhole: isWhole({ firing, lead, company }) }
  }
}

const isWhole = ({ firing, lead, company }: Pick<MessageFacts, 'firing' | 'lead' | 'company'>): boolean =>
  firing !== undefined &&
  lead !== undefined &&
  lead.version >= firing.version &&
  (company !== undefined || lead.company_id === NIL_UUID)

const FIRINGS = `SELECT node_id, rule, message_id, fired_at, stage, facts, toString(version) AS version
  FROM rule_firings FINAL WHERE ws = {ws:UInt32} AND node_id IN {ids:Array(UUID)}`
const EVENTS = `SELECT e.node_id AS node_id, e.message_id AS message_id, e.type AS type,
    if(e.type = 'track', e.event, e.name) AS label,
    JSONExtractString(if(e.type = 'page', e.properties, '{}'), 'url') AS own_url,
    if(own_url != '', own_url, JSONExtractString(e.context, 'page', 'url')) AS url,
    e.ts AS happened_at, e.properties AS properties, r.lead_id AS lead_id
  FROM (SELECT * FROM events_raw FINAL
    WHERE ws = {ws:UInt32} AND node_id IN {ids:Array(UUID)} AND message_id IN {messages:Array(String)}) AS e
  INNER JOIN (SELECT node_id, message_id, lead_id FROM event_leads FINAL
    WHERE ws = {ws:UInt32} AND node_id IN {ids:Array(UUID)} AND message_id IN {messages:Array(String)}) AS r
  ON r.node_id = e.node_id AND r.message_id = e.message_id`
const LEADS = `SELECT lead_id, contact_id, company_id, primary_email, name, stage, score, assigned_owner, first_seen,
    last_seen, sessions, events, traits, toString(version) AS version
  FROM leads_raw FINAL WHERE ws = {ws:UInt32} AND lead_id IN {ids:Array(UUID)}`
const COMPANIES = `SELECT company_id, name, domain, leads, traits
  FROM companies_raw FINAL WHERE ws = {ws:UInt32} AND company_id IN {ids:Array(UUID)}`

/** The message; undefined while a part of it is missing that it cannot be made without. */
export function buildLeadMessage({ firing, event, lead, company }: MessageFacts): LeadMessage | undefined {
  if (!firing || !event || !lead) return undefined
  return {
    type: 'lead.qualified',
    timestamp: firing.fired_at,
    data: {
      lead: {
        id: lead.lead_id,
        contactId: lead.contact_id,
        email: lead.primary_email,
        name: lead.name,
        stage: lead.stage,
        score: lead.score,
        owner: lead.assigned_owner,
        firstSeen: lead.first_seen,
        lastSeen: lead.last_seen,
        sessions: lead.sessions,
        events: lead.events,
        traits: lead.traits,
      },
      company: company
        ? {
            id: company.company_id,
            name: company.name,
            domain: company.domain,
            leads: company.leads,
            traits: company.traits,
          }
        : null,
      rule: { name: firing.rule, facts: firing.facts },
      stage: firing.stage,
      event: {
        messageId: event.message_id,
        type: event.type,
        name: event.label,
        url: event.url,
        timestamp: event.happened_at,
        properties: event.properties,
      },
    },
  }
}
