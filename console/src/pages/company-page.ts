import { html } from 'hono/html'
import { NIL_UUID } from '@leadline/warehouse'
import { z } from 'zod'
import { readCompany } from '../reads/read-companies.ts'
import { readCompanyJudgement } from '../reads/read-judgement.ts'
import { readOpportunities } from '../reads/read-opportunities.ts'
import { readLeadsOfCompany } from '../reads/read-timeline.ts'
import { recordLink } from './delivery-table.ts'
import { scoreList, touchTable } from './judgement-parts.ts'
import { layout, toBase } from './layout.ts'
import { opportunities } from './opportunity-table.ts'
import type { Page } from './page.ts'
import { badge, dash, time } from './parts.ts'
import { timeline } from './timeline.ts'

export const companyPage: Page = async (request) => {
  const { warehouse, workspace, id, now } = request
  if (!z.guid().safeParse(id).success) return undefined
  const key = { ws: workspace.id, companyId: id }
  const [company, judgement, leadIds, deals] = await Promise.all([
    readCompany(warehouse, key),
    readCompanyJudgement(warehouse, { ws: workspace.id, id, nowMs: now() }),
    readLeadsOfCompany(warehouse, key),
    readOpportunities(warehouse, { ...key, contactId: NIL_UUID }),
  ])
  if (!company || !judgement) return undefined
  const body = html`<dl class="profile">
      <dt>Domain</dt>
      <dd>${dash(company.domain)}</dd>
      <dt>Known by</dt>
      <dd>${company.keyKind} ${judgement.online === 1 ? badge('online', 'good') : ''}</dd>
      <dt>Leads</dt>
      <dd><a href="${toBase(request)}/leads?company=${id}&all=1">${company.leads}</a></dd>
      <dt>Account</dt>
      <dd>${recordLink(request, company.crmId)}</dd>
      <dt>Owner</dt>
      <dd>${dash(company.owner)}</dd>
      <dt>Last seen (UTC)</dt>
      <dd>${time(company.lastSeen)}</dd>
    </dl>
    ${opportunities(request, deals)}
    <h2>Attribution</h2>
    ${touchTable(judgement)}
    <h2>Score</h2>
    ${scoreList(judgement)}
    <h2>Timeline</h2>
    ${await timeline(request, leadIds)}`
  return layout(request, { title: company.name || company.domain, at: '/companies' }, body)
}
