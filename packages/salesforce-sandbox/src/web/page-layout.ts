import { html, type Reply } from '../http/reply.ts'
import { markup, type Markup } from './markup.ts'
import type { Viewer } from './viewer.ts'

export interface Page {
  readonly title: string
  readonly status?: number
  /** Loads itself again every two seconds. */
  readonly isLive: boolean
  /** Address of this page with `live` the other way round; null where that makes no sense. */
  readonly toggleLive: string | null
  readonly search?: string
  readonly body: Markup
}

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  // Not no-referrer: with it browsers send Origin: null, and our own forms would look like those of other sites.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** A whole page with the bar on top. */
export function renderPage(viewer: Viewer, page: Page): Reply {
  const { title, isLive, toggleLive, body } = page
  const document = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${isLive && markup`<meta http-equiv="refresh" content="2">`}
<title>${title} | Salesforce sandbox</title>
<link rel="stylesheet" href="/web/style.css">
</head>
<body>
<header class="bar">
<a class="brand" href="/">Salesforce sandbox</a>
<form class="search" action="/" method="get" role="search">
<input type="search" name="q" value="${page.search}" placeholder="Search leads, contacts, accounts" aria-label="Search">
</form>
${toggleLive !== null && markup`<a class="live" href="${toggleLive}">${isLive ? 'Live: on' : 'Live: off'}</a>`}
<span class="user">${String(viewer.user.values['Name'])}</span>
</header>
<main>${body}</main>
</body>
</html>
`
  return html(page.status ?? 200, document.html, HEADERS)
}
