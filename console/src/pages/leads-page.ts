import { html } from 'hono/html'
import { readPageNumber } from '../reads/paging.ts'
import { readLeads, type LeadRow } from '../reads/read-leads.ts'
import { layout, toBase } from './layout.ts'
import type { Markup, Page } from './page.ts'
import { badge, dash, pager, searchForm, table, time } from './parts.ts'

export const leadsPage: Page = async (request) => {
  const { search, workspace, warehouse } = request
  const filter = { ws: workspace.id, text: search.get('q')?.trim() ?? '', page: readPageNumber(search) }
  const companyId = search.get('company') ?? undefined
  const listing = await readLeads(warehouse, {
    ...filter,
    companyId,
    identifiedOnly: search.get('all') !== '1',
  })
  const columns = [
    {
      label: 'Lead',
      cell: (row: LeadRow): Markup =>
        html`<a href="${toBase(request)}/leads/${row.leadId}">${toName(row)}</a>`,
    },
    { label: 'Mail', cell: (row: LeadRow) => dash(row.email) },
    { label: 'Company', cell: (row: LeadRow) => dash(row.company) },
    { label: 'Stage', cell: (row: LeadRow) => (row.stage === '' ? '–' : badge(row.stage, 'good')) },
    { label: 'CRM', cell: (row: LeadRow) => dash(row.crmObject) },
    { label: 'Owner', cell: (row: LeadRow) => dash(row.owner) },
    { label: 'Sessions', cell: (row: LeadRow) => row.sessions, isNumber: true },
    { label: 'Events', cell: (row: LeadRow) => row.events, isNumber: true },
    { label: 'Last seen (UTC)', cell: (row: LeadRow) => time(row.lastSeen) },
  ]
  const body = html`${searchForm(search, 'Name, mail, company or lead id')}
    <p class="filters">
      ${
        search.get('all') === '1'
          ? html`<a href="${toBase(request)}/leads">Identified only</a>`
          : html`<a href="${toBase(request)}/leads?all=1">With anonymous visitors</a>`
      }
    </p>
    ${table(listing.rows, columns, 'No lead fits.')} ${pager(listing, search)}`
  return layout(request, { title: 'Leads', at: '/leads' }, body)
}

const toName = ({ name, email, leadId, identified }: LeadRow): string =>
  name || email || `${identified === 1 ? 'Lead' : 'Visitor'} ${leadId.slice(0, 8)}`
