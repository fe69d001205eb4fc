import { html } from 'hono/html'
import type { OpportunityRow, WonRow } from '../reads/read-opportunities.ts'
import { recordLink } from './delivery-table.ts'
import type { Markup, PageRequest } from './page.ts'
import { badge, dash, table, time } from './parts.ts'

/** Deals with their heading; nothing where there are none. */
export const opportunities = (request: PageRequest, rows: readonly OpportunityRow[]): Markup | '' =>
  rows.length === 0
    ? ''
    : html`<h2>Opportunities</h2>
        ${table(
          rows,
          [
            { label: 'Opportunity', cell: ({ name }) => dash(name) },
            { label: 'Stage', cell: (row) => badge(row.stage, toneOf(row)) },
            { label: 'Amount', cell: ({ amount, currency }) => money(amount, currency), isNumber: true },
            { label: 'Close date', cell: ({ closeDate }) => dash(closeDate ?? '') },
            { label: 'Changed (UTC)', cell: ({ changedAt }) => time(changedAt) },
            { label: 'Record', cell: ({ opportunityId }) => recordLink(request, opportunityId) },
          ],
          '',
        )}`

const toneOf = ({ isWon, isClosed }: OpportunityRow) =>
  isWon === 1 ? 'good' : isClosed === 1 ? 'bad' : undefined

const money = (amount: number | null, currency: string): string =>
  amount === null ? '–' : `${amount.toLocaleString('en')} ${currency}`.trim()

/** What was won, by channel; nothing where nothing was. */
export const wonTable = (rows: readonly WonRow[]): Markup | '' =>
  rows.length === 0
    ? ''
    : html`<h2>Won, by first channel</h2>
        ${table(
          rows,
          [
            { label: 'Channel', cell: ({ channel }) => badge(channel) },
            { label: 'Won', cell: ({ deals }) => deals.toLocaleString('en'), isNumber: true },
            { label: 'Amount', cell: ({ amount, currency }) => money(amount, currency), isNumber: true },
          ],
          '',
        )}`
