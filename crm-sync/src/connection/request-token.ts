import { z } from 'zod'
import { failureOf, SalesforceError } from '../salesforce/errors.ts'
import type { Exchange, HttpAnswer, HttpCall } from '../salesforce/exchange.ts'
import { checkHost } from '../salesforce/host-rule.ts'
import { parseJson } from '../salesforce/parse-json.ts'
import type { Session } from './session.ts'

/** What a token answer gave. */
export interface Grant {
  readonly session: Session
  /** Only on consent, and on renewal when the app rotates refresh tokens. */
  readonly refreshToken?: string | undefined
}

export interface TokenHost {
  readonly loginUrl: string
  readonly allowLoopback: boolean
  readonly exchange: Exchange
}

const TOKEN_TIMEOUT_MS = 20_000

const granted = z.object({
  access_token: z.string().min(1),
  instance_url: z.url(),
  refresh_token: z.string().min(1).optional(),
  id: z.string().optional(),
})
const refused = z.object({ error: z.string(), error_description: z.string().default('') })

/** One call to the token endpoint. Rejects with SalesforceError: class `auth` for a refusal, `retry` for an outage. */
export async function requestToken(host: TokenHost, form: Readonly<Record<string, string>>): Promise<Grant> {
  const answer = await ask(host, {
    method: 'POST',
    url: `${checkHost(host.loginUrl, host.allowLoopback)}/services/oauth2/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(form).toString(),
  })
  const parsed = granted.safeParse(parseJson(answer.body))
  if (answer.status !== 200 || !parsed.success) throw refusalOf(answer)
  const { access_token: accessToken, refresh_token: refreshToken, id } = parsed.data
  const instanceUrl = checkHost(parsed.data.instance_url, host.allowLoopback)
  const session = { accessToken, instanceUrl }
  const identity = parseIdentity(id) ?? (await readIdentity(host, session))
  return { session: { ...session, ...identity }, refreshToken }
}

type Identity = Pick<Session, 'orgId' | 'userId'>

const userInfo = z.object({ organization_id: z.string(), user_id: z.string() })

/** Asked for where the token does not say it, so that the org is known all the same. */
async function readIdentity(host: TokenHost, { accessToken, instanceUrl }: Session): Promise<Identity> {
  const answer = await ask(host, {
    method: 'GET',
    url: `${instanceUrl}/services/oauth2/userinfo`,
    headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
  })
  const parsed = userInfo.safeParse(parseJson(answer.body))
  return parsed.success ? { orgId: parsed.data.organization_id, userId: parsed.data.user_id } : {}
}

/** Without an answer there is no token, but nothing of the caller's own was sent either. */
async function ask({ exchange }: TokenHost, call: Omit<HttpCall, 'timeoutMs'>): Promise<HttpAnswer> {
  try {
    return await exchange({ ...call, timeoutMs: TOKEN_TIMEOUT_MS })
  } catch (cause) {
    if (!(cause instanceof SalesforceError)) throw cause
    throw new SalesforceError({ ...cause.failure, code: `token_${cause.failure.code}` }, { cause })
  }
}

/** `https://login.salesforce.com/id/<org>/<user>` */
function parseIdentity(id = ''): Identity | undefined {
  const match = /\/id\/(00D\w{12,15})\/(005\w{12,15})$/.exec(id)
  return match ? { orgId: match[1], userId: match[2] } : undefined
}

/** An outage is not a refusal: only an OAuth error body says that the credentials are no good. */
function refusalOf({ status, body }: HttpAnswer): SalesforceError {
  const parsed = refused.safeParse(parseJson(body))
  if (!parsed.success || status === 429 || status >= 500)
    return new SalesforceError({
      code: `token_http_${status}`,
      class: 'retry',
      status: status === 429 ? 429 : 503,
      detail: 'no token was given',
      fields: [],
    })
  const { error, error_description: detail } = parsed.data
  return new SalesforceError({ ...failureOf({ code: error, status, detail }), class: 'auth' })
}
