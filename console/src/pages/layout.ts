import { html } from 'hono/html'
import type { Markup, PageRequest } from './page.ts'

const MENU = [
  ['', 'Overview'],
  ['/leads', 'Leads'],
  ['/companies', 'Companies'],
  ['/funnel', 'Funnel'],
  ['/events', 'Events'],
  ['/deliveries', 'CRM deliveries'],
] as const

export interface Frame {
  readonly title: string
  /** Menu entry that is marked. */
  readonly at: (typeof MENU)[number][0]
  /** Load the page again after so many seconds. */
  readonly refreshS?: number | undefined
}

export const toBase = ({ workspace }: Pick<PageRequest, 'workspace'>): string => `/w/${workspace.slug}`

export const layout = (request: PageRequest, frame: Frame, body: Markup): Markup =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${frame.refreshS === undefined ? '' : html`<meta http-equiv="refresh" content="${frame.refreshS}" />`}
        <title>${frame.title} · Leadline</title>
        <link rel="icon" href="/icon.svg" />
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header>
          <a class="brand" href="${toBase(request)}">Leadline</a>
          <nav aria-label="Main">
            ${MENU.map(([path, label]) =>
              path === frame.at
                ? html`<a href="${toBase(request)}${path}" aria-current="page">${label}</a>`
                : html`<a href="${toBase(request)}${path}">${label}</a>`,
            )}
          </nav>
          <nav class="workspaces" aria-label="Workspaces">
            ${
              request.workspaces.length === 1
                ? ''
                : request.workspaces.map(({ slug }) =>
                    slug === request.workspace.slug
                      ? html`<a href="/w/${slug}" aria-current="true">${slug}</a>`
                      : html`<a href="/w/${slug}">${slug}</a>`,
                  )
            }
          </nav>
        </header>
        <main>
          <h1>${frame.title}</h1>
          ${body}
        </main>
      </body>
    </html>`
