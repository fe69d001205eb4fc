import { z } from 'zod'
import { failureOf, SalesforceError } from './errors.ts'
import type { Exchange, HttpAnswer } from './exchange.ts'
import { checkHost } from './host-rule.ts'

export interface Session {
  readonly accessToken: string
  /** Origin of the API, as the latest token answer names it: orgs move. */
  readonly instanceUrl: string
}

export interface TokenProvider {
  current(): Promise<Session>
  /** A session that is not the stale one. Callers at the same time share one token call. */
  renew(stale: Session): Promise<Session>
  /** Its address does not answer as Salesforce does: the next call asks the login host where the org is now. */
  drop(suspect: Session): void
}

export interface TokenOptions {
  readonly loginUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly allowLoopback: boolean
  readonly exchange: Exchange
}

const TOKEN_TIMEOUT_MS = 20_000

const granted = z.object({ access_token: z.string().min(1), instance_url: z.url() })
const refused = z.object({ error: z.string(), error_description: z.string().default('') })

/** Client credentials flow: the session belongs to the user that the app in Salesforce names. */
export function createTokenProvider(options: TokenOptions): TokenProvider {
  let session: Session | undefined
  let pending: Promise<Session> | undefined

  function fetchOnce(): Promise<Session> {
    pending ??= fetchSession(options)
      .then((fresh) => (session = fresh))
      .finally(() => (pending = undefined))
    return pending
  }

  return {
    current: async () => session ?? (await fetchOnce()),
    renew: async (stale) =>
      session !== undefined && session.accessToken !== stale.accessToken ? session : await fetchOnce(),
    drop(suspect) {
      if (session?.accessToken === suspect.accessToken) session = undefined
    },
  }
}

async function fetchSession({ exchange, ...options }: TokenOptions): Promise<Session> {
  const answer = await exchange({
    method: 'POST',
    url: `${checkHost(options.loginUrl, options.allowLoopback)}/services/oauth2/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: options.clientId,
      client_secret: options.clientSecret,
    }).toString(),
    timeoutMs: TOKEN_TIMEOUT_MS,
  })
  const parsed = granted.safeParse(parseJson(answer.body))
  if (answer.status !== 200 || !parsed.success) throw refusalOf(answer)
  return {
    accessToken: parsed.data.access_token,
    instanceUrl: checkHost(parsed.data.instance_url, options.allowLoopback),
  }
}

/** An outage is not a refusal: only an OAuth error body says that the credentials are no good. */
function refusalOf({ status, body }: HttpAnswer): SalesforceError {
  const parsed = refused.safeParse(parseJson(body))
  if (!parsed.success || status === 429 || status >= 500)
    return new SalesforceError(
      failureOf({ code: `token_http_${status}`, detail: 'no token was given', status: 503 }),
    )
  const { error, error_description: detail } = parsed.data
  return new SalesforceError({ code: error, class: 'auth', status, detail, fields: [] })
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
