import { html } from 'hono/html'
import type { Listing } from '../reads/paging.ts'
import type { Markup } from './page.ts'

/** Pieces that several pages show. */

export interface Column<Row> {
  readonly label: string
  readonly cell: (row: Row) => Markup | string | number
  readonly isNumber?: boolean | undefined
}

export const table = <Row>(rows: readonly Row[], columns: readonly Column<Row>[], empty: string): Markup =>
  rows.length === 0
    ? html`<p class="empty">${empty}</p>`
    : html`<div class="scroll">
        <table>
          <thead>
            <tr>
              ${columns.map(({ label, isNumber }) => html`<th class="${isNumber ? 'number' : ''}">${label}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row) =>
                html`<tr>
                  ${columns.map(({ cell, isNumber }) => html`<td class="${isNumber ? 'number' : ''}">${cell(row)}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`

/** Searches among what the page shows: its other choices stay. */
export const searchForm = (search: URLSearchParams, placeholder: string): Markup =>
  html`<form class="search" method="get">
    <input
      type="search"
      name="q"
      value="${search.get('q') ?? ''}"
      placeholder="${placeholder}"
      aria-label="Search"
    />
    ${[...search]
      .filter(([name]) => name !== 'q' && name !== 'page')
      .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <button>Search</button>
  </form>`

/** Links to the page before and the page after. */
export function pager(listing: Listing<unknown>, search: URLSearchParams): Markup {
  const to = (page: number): string => {
    const next = new URLSearchParams(search)
    next.set('page', String(page))
    return `?${next.toString()}`
  }
  return html`<nav class="pager" aria-label="Pages">
    ${listing.page > 1 ? html`<a href="${to(listing.page - 1)}" rel="prev">Newer</a>` : ''}
    <span>Page ${listing.page}</span>
    ${listing.hasMore ? html`<a href="${to(listing.page + 1)}" rel="next">Older</a>` : ''}
  </nav>`
}

export const badge = (text: string, tone: 'good' | 'bad' | 'calm' = 'calm'): Markup =>
  html`<span class="badge ${tone}">${text}</span>`

/** UTC, to the second. */
export const time = (dateTime: string): Markup =>
  html`<time datetime="${dateTime.replace(' ', 'T')}Z">${dateTime.slice(0, 19)}</time>`

export const dash = (text: string): string => (text === '' ? '–' : text)
