import { z } from 'zod'
import { html, type Reply } from '../http/reply.ts'
import type { HttpRequest } from '../http/http-request.ts'
import type { Client } from '../options.ts'
import type { Org } from '../org.ts'
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

/** The consent step without its page: the user that `as` names, or the default one, says yes at once. */
export function authorize(org: Org, request: HttpRequest): Reply {
  const { query } = request
  const client = org.settings.clients.find((entry) => entry.clientId === query.get('client_id'))
  if (!client) return refusePage('error=invalid_client_id&error_description=client%20identifier%20invalid')
  const redirectUri = query.get('redirect_uri') ?? ''
  if (!client.redirectUris.includes(redirectUri)) {
    return refusePage(
      'error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration',
    )
  }
  const refusal = findRefusal(query, client)
  if (refusal) return redirect(redirectUri, { ...refusal, state: query.get('state') })
  const user = findUser(org, query.get('as') ?? '') ?? defaultUser(org)
  const code = `aPrx${drawToken(org)}`
  org.state.setJson(`code:${code}`, {
    clientId: client.clientId,
    userId: user.id,
    redirectUri,
    challenge: query.get('code_challenge'),
    scope: query.get('scope') ?? 'api refresh_token id',
    expiresAtMs: org.clock.nowMs() + CODE_LIFE_MS,
    family: null,
  } satisfies z.infer<typeof codeSchema>)
  return redirect(redirectUri, { code, state: query.get('state') })
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
