import { html } from 'hono/html'
import { NIL_UUID } from '@leadline/warehouse'
import { z } from 'zod'
import { readDeliveries } from '../reads/read-deliveries.ts'
import { readLeadJudgement, readQualifications, type Judgement } from '../reads/read-judgement.ts'
import { readOpportunities } from '../reads/read-opportunities.ts'
import { readProfile, readSessions, type LeadProfile, type SessionRow } from '../reads/read-lead.ts'
import { deliveryTable, recordLink } from './delivery-table.ts'
import { qualificationTable, scoreList, touchTable } from './judgement-parts.ts'
import { layout, toBase } from './layout.ts'
import type { Markup, Page, PageRequest } from './page.ts'
import { opportunities } from './opportunity-table.ts'
import { badge, dash, table, time } from './parts.ts'
import { timeline } from './timeline.ts'

export const leadPage: Page = async (request) => {
  const { warehouse, workspace, id, now } = request
  if (!z.guid().safeParse(id).success) return undefined
  const key = { ws: workspace.id, leadId: id }
  const [profile, judgement] = await Promise.all([
    readProfile(warehouse, key),
    readLeadJudgement(warehouse, { ws: workspace.id, id, nowMs: now() }),
  ])
  if (!profile || !judgement) return undefined
  const { contactId, companyId } = profile
  const [sessions, qualifications, deals] = await Promise.all([
    readSessions(warehouse, key),
    readQualifications(warehouse, key),
    readOpportunities(warehouse, { ws: workspace.id, companyId, contactId }),
  ])
  const ids = [contactId, companyId, ...sessions.map(({ sessionId }) => sessionId)].filter(
    (one) => one !== NIL_UUID,
  )
  const filter = { ws: workspace.id, outcome: '', kind: '', text: '', ids, page: 1 }
  const deliveries = await readDeliveries(warehouse, filter)
  const body = html`${profileList(request, profile, judgement)} ${opportunities(request, deals)}
    <h2>Attribution</h2>
    ${touchTable(judgement)}
    <h2>Qualification</h2>
    ${qualificationTable(qualifications)}
    <h2>Score</h2>
    ${scoreList(judgement)}
    <h2>Traits</h2>
    ${traitTable(profile)}
    <h2>Sessions</h2>
    ${sessionTable(sessions)}
    <h2>Timeline</h2>
    ${await timeline(request, [id])}
    <h2>CRM deliveries</h2>
    ${deliveryTable(request, deliveries.rows, explainNoDelivery(request, profile))}`
  return layout(
    request,
    { title: profile.name || profile.email || `Visitor ${id.slice(0, 8)}`, at: '/leads' },
    body,
  )
}

const profileList = (request: PageRequest, profile: LeadProfile, { online }: Judgement): Markup =>
  html`<dl class="profile">
    <dt>Mail</dt>
    <dd>${dash(profile.email)} ${profile.role === 1 ? badge('role address') : ''}</dd>
    <dt>Company</dt>
    <dd>
      ${profile.company === '' ? '–' : html`<a href="${toBase(request)}/companies/${profile.companyId}">${profile.company}</a>`}
      ${profile.domain === '' ? '' : html`<small>${profile.domain}</small>`}
    </dd>
    <dt>Stage</dt>
    <dd>
      ${profile.stage === '' ? badge(profile.identified === 1 ? 'identified' : 'anonymous') : badge(profile.stage, 'good')}
      ${profile.quarantined === 1 ? badge('quarantined', 'bad') : ''}
      ${online === 1 ? badge('online', 'good') : ''}
    </dd>
    <dt>CRM record</dt>
    <dd>${profile.crmObject} ${recordLink(request, profile.crmId)}</dd>
    <dt>Owner</dt>
    <dd>${dash(profile.owner)}</dd>
    <dt>Seen (UTC)</dt>
    <dd>${time(profile.firstSeen)} to ${time(profile.lastSeen)}</dd>
    <dt>Activity</dt>
    <dd>${profile.sessions} ${profile.sessions === 1 ? 'session' : 'sessions'}, ${profile.events} events</dd>
    <dt>Ids</dt>
    <dd><small>lead ${profile.leadId} · contact ${profile.contactId}</small></dd>
  </dl>`

const traitsSchema = z.record(z.string(), z.unknown())

function traitTable({ traits }: LeadProfile): Markup {
  const parsed = traitsSchema.safeParse(parseJson(traits))
  const rows = Object.entries(parsed.data ?? {})
  return table(
    rows,
    [
      { label: 'Trait', cell: ([name]) => name },
      { label: 'Value', cell: ([, value]) => (typeof value === 'string' ? value : JSON.stringify(value)) },
    ],
    'No trait is known.',
  )
}

/** Undefined for what is not JSON: then there is nothing to show. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const sessionTable = (sessions: readonly SessionRow[]): Markup =>
  table(
    sessions,
    [
      { label: 'Started (UTC)', cell: (row) => time(row.startedAt) },
      {
        label: 'Length',
        cell: (row) => `${Math.floor(row.durationS / 60)} min ${row.durationS % 60} s`,
        isNumber: true,
      },
      { label: 'Pages', cell: (row) => row.pages, isNumber: true },
      { label: 'Events', cell: (row) => row.events, isNumber: true },
      { label: 'Entry', cell: (row) => dash(row.entryUrl) },
      {
        label: 'From',
        cell: (row) => dash([row.source, row.medium, row.campaign].filter((part) => part !== '').join(' / ')),
      },
      {
        label: 'Device',
        cell: (row) => dash([row.device, row.browser].filter((part) => part !== '').join(', ')),
      },
    ],
    'No session of this lead is stored.',
  )

function explainNoDelivery({ workspace }: PageRequest, profile: LeadProfile): string {
  if (!workspace.crm) return 'No CRM is configured for this workspace.'
  if (profile.quarantined === 1) return 'Nothing was sent: this lead is in quarantine.'
  if (profile.email === '') return 'Nothing was sent: a lead is sent once it has a mail address.'
  return 'Nothing was sent for this lead yet.'
}
