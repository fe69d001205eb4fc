import { html } from 'hono/html'
import { readPageNumber } from '../reads/paging.ts'
import { readDeliveries } from '../reads/read-deliveries.ts'
import { deliveryTable } from './delivery-table.ts'
import { layout } from './layout.ts'
import type { Markup, Page } from './page.ts'
import { pager } from './parts.ts'

const OUTCOMES = ['created', 'updated', 'deleted', 'failed'] as const
const KINDS = ['contact', 'company', 'session'] as const

const choice = (name: string, chosen: string, options: readonly string[]): Markup =>
  html`<select name="${name}" aria-label="${name}">
    <option value="">any ${name}</option>
    ${withChosen(options, chosen).map((option) =>
      option === chosen ? html`<option selected>${option}</option>` : html`<option>${option}</option>`,
    )}
  </select>`

const withChosen = (options: readonly string[], chosen: string): readonly string[] =>
  chosen === '' || options.includes(chosen) ? options : [...options, chosen]

export const deliveriesPage: Page = async (request) => {
  const { search, workspace, warehouse } = request
  const read = (name: string): string => search.get(name)?.trim() ?? ''
  const filter = { ws: workspace.id, outcome: read('outcome'), kind: read('kind'), text: read('q') }
  const listing = await readDeliveries(warehouse, { ...filter, ids: undefined, page: readPageNumber(search) })
  const body = html`<form class="search" method="get">
      <input
        type="search"
        name="q"
        value="${filter.text}"
        placeholder="Reason, code, message or record id"
        aria-label="Search"
      />
      ${choice('outcome', filter.outcome, OUTCOMES)} ${choice('kind', filter.kind, KINDS)}
      <button>Show</button>
    </form>
    ${deliveryTable(request, listing.rows, 'No delivery fits.')} ${pager(listing, search)}`
  return layout(request, { title: 'CRM deliveries', at: '/deliveries' }, body)
}
