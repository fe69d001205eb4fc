import { z } from 'zod'
import { html, type Reply } from '../http/reply.ts'
import type { HttpRequest } from '../http/http-request.ts'
import { markup } from '../web/markup.ts'
import type { Client } from '../options.ts'
import type { Org } from '../org.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import { findBlock, findExclusion, type OauthRefusal } from './client-rights.ts'
import { drawToken } from './sessions.ts'
import { defaultUser, findUser } from './users.ts'

export const codeSchema = z.object({
  clientId: z.string(),
  userId: z.string(),
  redirectUri: z.string(),
  challenge: z.string().nullable(),
  scope: z.string(),
  expiresAtMs: z.number(),
  /** Set once the code has been exchanged. */
  family: z.string().nullable(),
})

const CODE_LIFE_MS = 10 * 60_000

/** The consent step: at once by the user that `as` names, or by a page when the org is told to show one. */
export function authorize(org: Org, request: HttpRequest): Reply {
  // The page sends back what it was given, with an answer.
  const query = request.method === 'POST' ? new URLSearchParams(request.body) : request.query
  const client = org.settings.clients.find((entry) => entry.clientId === query.get('client_id'))
  if (!client) return refusePage('error=invalid_client_id&error_description=client%20identifier%20invalid')
  const redirectUri = query.get('redirect_uri') ?? ''
  if (!client.redirectUris.includes(redirectUri)) {
    return refusePage(
      'error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration',
    )
  }
  const user = userOf(org, query)
  const refusal = findObjection(org, { query, client, userId: user.id })
  if (refusal) return redirect(redirectUri, { ...refusal, state: query.get('state') })
  const { isInteractive } = org.cells.auth.get()
  if (isInteractive && !query.has('answer')) return consentPage(query, client)
  const code = keepCode(org, { query, client, redirectUri, userId: user.id })
  return redirect(redirectUri, { code, state: query.get('state') })
}

/** Who logs in. */
function userOf(org: Org, query: URLSearchParams): StoredRecord {
  const { loginAs } = org.cells.auth.get()
  return findUser(org, query.get('as') ?? loginAs ?? '') ?? defaultUser(org)
}

interface Login {
  readonly query: URLSearchParams
  readonly client: Client
  readonly userId: string
}

/** What keeps a login from its consent: the administrator, the user, or the request itself. */
function findObjection(org: Org, { query, client, userId }: Login): Refusal | undefined {
  return (
    toRefusal(findBlock(org, client) ?? findExclusion(org, client, userId)) ??
    findDenial(org, query) ??
    findRefusal(query, client)
  )
}

function toRefusal(refusal: OauthRefusal | undefined): Refusal | undefined {
  return refusal && { error: refusal.error, error_description: refusal.description }
}

function keepCode(org: Org, given: Login & { readonly redirectUri: string }): string {
  const { query, client, redirectUri, userId } = given
  const code = `aPrx${drawToken(org)}`
  org.state.setJson(`code:${code}`, {
    clientId: client.clientId,
    userId,
    redirectUri,
    challenge: query.get('code_challenge'),
    scope: query.get('scope') ?? 'api refresh_token id',
    expiresAtMs: org.clock.nowMs() + CODE_LIFE_MS,
    family: null,
  } satisfies z.infer<typeof codeSchema>)
  return code
}

/** The user says no: on the page, or because the org was told so. */
function findDenial(org: Org, query: URLSearchParams): Refusal | undefined {
  const switches = org.cells.auth.get()
  if (query.get('answer') !== 'deny' && switches.denials === 0) return undefined
  if (switches.denials > 0) org.cells.auth.set({ ...switches, denials: switches.denials - 1 })
  return { error: 'access_denied', error_description: 'end-user denied authorization' }
}

function consentPage(query: URLSearchParams, client: Client): Reply {
  const kept = [...query].map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`,
  )
  const page = markup`<!doctype html><html lang="en"><meta charset="utf-8"><title>Allow access?</title>
<body><h1>Allow access?</h1><p>${client.clientId} asks to access and manage your data.</p>
<form method="post" action="/services/oauth2/authorize">${kept}
<button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Deny</button></form></body></html>`
  return html(200, page.html)
}

type Refusal = { readonly error: string; readonly error_description: string }

function findRefusal(query: URLSearchParams, client: Client): Refusal | undefined {
  if (query.get('response_type') !== 'code') {
    return { error: 'unsupported_response_type', error_description: 'response type not supported' }
  }
  if (query.get('prompt') === 'fail') {
    return { error: 'access_denied', error_description: 'end-user denied authorization' }
  }
  const isPlain = query.has('code_challenge_method') && query.get('code_challenge_method') !== 'S256'
  if (isPlain || (client.requirePkce && !query.get('code_challenge'))) {
    return { error: 'invalid_request', error_description: 'missing required code challenge' }
  }
  return undefined
}

function redirect(uri: string, params: Readonly<Record<string, string | null>>): Reply {
  const target = new URL(uri)
  for (const [name, value] of Object.entries(params)) if (value !== null) target.searchParams.set(name, value)
  return html(302, '', { location: target.href })
}

function refusePage(text: string): Reply {
  return html(400, `<!doctype html><title>Login error</title><p>${text}</p>`)
}
