import { html } from 'hono/html'
import { readPageNumber } from '../reads/paging.ts'
import { readCompanies } from '../reads/read-companies.ts'
import { recordLink } from './delivery-table.ts'
import { layout, toBase } from './layout.ts'
import type { Page } from './page.ts'
import { dash, pager, searchForm, table, time } from './parts.ts'

export const companiesPage: Page = async (request) => {
  const { search, workspace, warehouse } = request
  const filter = { ws: workspace.id, text: search.get('q')?.trim() ?? '', page: readPageNumber(search) }
  const listing = await readCompanies(warehouse, filter)
  const body = html`${searchForm(search, 'Name or domain')}
  ${table(
    listing.rows,
    [
      {
        label: 'Company',
        cell: (row) =>
          html`<a href="${toBase(request)}/companies/${row.companyId}"
            >${row.name || row.domain || row.companyId}</a
          >`,
      },
      { label: 'Domain', cell: (row) => dash(row.domain) },
      { label: 'Known by', cell: (row) => row.keyKind },
      {
        label: 'Leads',
        cell: (row) =>
          html`<a href="${toBase(request)}/leads?company=${row.companyId}&all=1">${row.leads}</a>`,
        isNumber: true,
      },
      { label: 'Account', cell: (row) => recordLink(request, row.crmId) },
      { label: 'Owner', cell: (row) => dash(row.owner) },
      { label: 'Last seen (UTC)', cell: (row) => (row.leads === 0 ? '–' : time(row.lastSeen)) },
    ],
    'No company fits.',
  )}
  ${pager(listing, search)}`
  return layout(request, { title: 'Companies', at: '/companies' }, body)
}
