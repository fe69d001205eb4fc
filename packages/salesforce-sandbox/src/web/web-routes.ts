import { readFileSync } from 'node:fs'
import type { HttpRequest } from '../http/http-request.ts'
import { notFound, type Reply } from '../http/reply.ts'
import { matchRoute, type Route } from '../http/router.ts'
import type { Org } from '../org.ts'
import { toRecordId } from '../store/record-id.ts'
import { showLists } from './list-page.ts'
import { showRecord } from './record-page.ts'
import { runForm } from './run-form.ts'
import { createViewer, type Viewer } from './viewer.ts'

interface WebCall {
  readonly viewer: Viewer
  readonly request: HttpRequest
  readonly params: Readonly<Record<string, string>>
}

type WebHandler = (call: WebCall) => Reply

const WEB_ROUTES: readonly Route<WebHandler>[] = [
  { pattern: '', methods: { GET: ({ viewer, request }) => showLists(viewer, request) } },
  { pattern: 'web/style.css', methods: { GET: sendStyle } },
  { pattern: 'web/act', methods: { POST: ({ viewer, request }) => runForm(viewer, request) } },
  { pattern: 'lightning/r/:object/:id/view', methods: { GET: showOne } },
  { pattern: ':id', methods: { GET: showOne } },
]

/** Pages for people: the lists, and any address that is a record id. */
export function isWebPath(request: HttpRequest): boolean {
  const [first = '', ...rest] = request.segments
  return ['', 'web', 'lightning'].includes(first) || (rest.length === 0 && toRecordId(first) !== undefined)
}

export function answerWeb(org: Org, request: HttpRequest): Reply {
  const match = matchRoute(WEB_ROUTES, request.method, request.segments)
  if (match.kind !== 'found') return notFound()
  return match.handler({ viewer: createViewer(org), request, params: match.params })
}

function showOne({ viewer, request, params }: WebCall): Reply {
  return showRecord(viewer, params['id'] ?? '', { isLive: request.query.get('live') === '1' })
}

function sendStyle(): Reply {
  const body = readFileSync(new URL('./style.css', import.meta.url), 'utf8')
  return {
    status: 200,
    headers: { 'content-type': 'text/css;charset=UTF-8', 'cache-control': 'max-age=60' },
    body,
  }
}
