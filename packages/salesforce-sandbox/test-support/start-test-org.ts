import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { INTEGRATION_USERNAME, startSandboxOrg, type SandboxOptions, type SandboxOrg } from '../src/index.ts'

/** The package as customers deploy it. */
export const FORCE_APP = fileURLToPath(new URL('../../../deploy/salesforce/force-app', import.meta.url))

export const CALLBACK = 'http://127.0.0.1/callback'

export const CLIENT = {
  clientId: 'client',
  clientSecret: 'secret',
  redirectUris: [CALLBACK],
  runAsUser: INTEGRATION_USERNAME,
}

export interface TestOrg extends SandboxOrg {
  readonly token: string
  /** `call('PATCH /sobjects/Lead/00Q…', {…})` as the integration user; what is not text is sent as JSON. */
  call(request: string, body?: unknown, headers?: Record<string, string>): Promise<TestReply>
}

export interface TestReply {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** An org with our package and a token for its integration user, stopped after the test. */
export async function startTestOrg(t: TestContext, options: Partial<SandboxOptions> = {}): Promise<TestOrg> {
  const errors: unknown[] = []
  const org = await startSandboxOrg({
    schemaDirs: [FORCE_APP],
    clients: [CLIENT],
    onError: (error) => errors.push(error),
    ...options,
  })
  t.after(async () => {
    await org.stop()
    if (errors.length > 0) throw new AggregateError(errors, 'the org failed inside')
  })
  const token = await drawToken(org.url)
  return {
    ...org,
    get store() {
      return org.store
    },
    token,
    call: async (request, body, headers = {}) => {
      const [method = 'GET', path = ''] = request.split(/ (.*)/s)
      return await callJson(`${org.url}/services/data/v62.0${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
    },
  }
}

export async function callJson(url: string, init: RequestInit = {}): Promise<TestReply> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  const body: unknown = isJson && text !== '' ? JSON.parse(text) : text
  return { status: response.status, headers: response.headers, body }
}

/** A token by client credentials. */
export async function drawToken(url: string): Promise<string> {
  const reply = await callJson(`${url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: CLIENT.clientId,
      client_secret: CLIENT.clientSecret,
    }),
  })
  return String(read(reply.body, 'access_token'))
}

/** A value inside a JSON answer by its path, e.g. `read(body, 0, 'id')`. */
export function read(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)]
    return typeof at === 'object' && at !== null
      ? Object.entries(at).find(([name]) => name === key)?.[1]
      : undefined
  }, value)
}
