import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADMIN_ROUTES } from '../admin/admin-routes.ts'
import { API_ROUTES } from '../rest/api-routes.ts'
import { callJson, read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'

const RECORD = { attributes: { type: 'Lead' }, LastName: 'Doe', Company: 'Acme' }

/** What no client should send, and what one may by a slip. */
const BODIES: readonly unknown[] = [
  undefined,
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '{"__proto__":{"a":1},"constructor":1}',
  {},
  { records: null },
  { records: [null, 7, [], {}, { attributes: null }, { attributes: { type: 7 } }] },
  { records: [{ attributes: { type: 'Nope' } }, { attributes: { type: 'constructor' } }], allOrNone: 'x' },
  { records: [{ ...RECORD, Id: 7, id: {}, Leadline_Id__c: [1] }], allOrNone: true },
  { ...RECORD, LastName: { a: 1 }, Company: ['x'], AnnualRevenue: 'NaN', Email: true, IsConverted: 'x' },
  { LastName: null, toString: 1, hasOwnProperty: {} },
  { ids: [null, 7, {}, 'x', '00Q000000000001'], fields: [null, 7, 'Nope', ''] },
  { ids: 'x', fields: 'Id' },
  { ids: [], fields: [] },
  { compositeRequest: [{ method: 'constructor', url: '/services/data/v62.0/limits', referenceId: 'a' }] },
  { compositeRequest: [{ method: 'GET', url: '/services/data/v62.0/jobs/ingest/x', referenceId: '@{x}' }] },
  {
    compositeRequest: [
      { method: 'POST', url: '/services/data/v62.0/sobjects/Lead', referenceId: 'a', body: [null] },
      { method: 'GET', url: '/services/data/v62.0/query?q=@{a.b[9].c}', referenceId: 'b' },
      { method: 'PATCH', url: '/services/data/v62.0/sobjects/%/%00', referenceId: 'c', body: '@{a}' },
      { method: 'GET', url: '/services/data/v62.0/composite/sobjects/Lead', referenceId: 'd', body: 7 },
    ],
  },
  { compositeRequest: 7 },
  { graphs: [{ graphId: 'g', compositeRequest: [{ method: 'GET', url: 'x', referenceId: 'y' }] }, {}] },
  { graphs: [null], batchRequests: [null] },
  { batchRequests: [{ method: 'GET', url: 'v62.0/query' }, { method: 'constructor', url: '' }, {}] },
  { object: 'Lead', operation: 'upsert', externalIdFieldName: 'Nope' },
  { object: 7, operation: 'constructor' },
  { operation: 'query', query: 'SELECT' },
  { operation: 'query', query: "SELECT Id FROM Lead WHERE Name = '\\u0000" },
  { state: 'constructor' },
  { object: 'Lead', field: { fullName: 'A__c', type: 'Picklist', valueSet: true } },
  { object: 'Nope', field: { fullName: 'constructor', type: 7, length: {} } },
  { FullName: 'Lead.X', Metadata: { type: 'Text', length: [] } },
  { as: 'nobody', ops: [{ op: 'create', object: 'constructor', values: {} }] },
  {
    ops: [
      { op: 'convert', leadId: 'x' },
      { op: 'merge', winnerId: '', loserIds: [] },
    ],
  },
  { match: { path: '[' }, action: { type: 'http', status: 7 } },
  { match: { path: '(' }, action: { type: 'error', code: 'NOPE' } },
  { name: 'constructor', entries: [{ if: 'Nope = 1', ownerId: 'x' }], object: 'constructor', keys: [] },
  { set: '9999-99-99T99:99:99Z' },
  { advanceMs: -1e300 },
  { dir: '/nowhere' },
  { id: 'nope', values: { constructor: 1 }, object: 'Lead' },
  { noDuplicates: [{ object: 'Nope', key: 'constructor' }], noWritesTo: ['a.b'], since: 0 },
]

const PARAMS = ['Lead', 'constructor', '00Q000000000001', "x'%22%00%zz", '%E2%82%', '__proto__']

const QUERIES = [
  '',
  '?q=SELECT&ids=,,x&fields=,Nope&start=x&end=%00&sobject=constructor&where=(&since=x&locator=-1&maxRecords=x',
  `?q=${encodeURIComponent("SELECT Id, (SELECT Id FROM Nope), COUNT(x) FROM Lead WHERE ((( Id IN ('a' LIMIT 0x")}`,
  `?q=${encodeURIComponent('SELECT FIELDS(ALL) FROM Lead ORDER BY Nope OFFSET 99999')}&_HttpMethod=constructor`,
  `?q=${encodeURIComponent('FIND {a"(} IN ALL FIELDS RETURNING Lead(')}`,
  `?start=2026-11-19T00:00:00Z&end=2026-11-20T00:00:00%2B00:00&sObjects=,Nope,constructor`,
]

/** Each resource gets a third of them in turn; `LEADLINE_NONSENSE=all` sends everything everywhere. */
const STRIDE = process.env['LEADLINE_NONSENSE'] === 'all' ? 1 : 3

/** Which body, parameter and query meet follows from a counter. */
function* requestsTo(routes: readonly Route[]): Generator<{ method: string; target: string; body?: string }> {
  let count = 0
  for (const { pattern, methods } of routes)
    for (const [method, body] of Object.keys(methods).flatMap((method) => pickSent(method, pattern))) {
      count += 1
      const path = pattern.replaceAll(/:\w+/g, () => PARAMS[(count += 1) % PARAMS.length] ?? 'x')
      const query = method === 'GET' ? String(body) : (QUERIES[count % QUERIES.length] ?? '')
      const isSent = method !== 'GET' && body !== undefined
      yield { method, target: `/${path}${query}`, ...(isSent ? { body: toText(body) } : {}) }
    }
}

const pickSent = (method: string, { length }: string): (readonly [string, unknown])[] =>
  (method === 'GET' ? QUERIES : BODIES)
    .filter((_, index) => (index + length) % STRIDE === 0)
    .map((body) => [method, body] as const)

async function tryAll(org: TestOrg, base: string, routes: readonly Route[]): Promise<readonly object[]> {
  const bad: object[] = []
  for (const { target, ...init } of requestsTo(routes)) {
    const headers = { authorization: `Bearer ${org.token}`, 'content-type': 'application/json' }
    const reply = await callJson(org.url + base + target, { ...init, headers })
    if (reply.status >= 500) bad.push({ target, ...init })
  }
  return bad
}

interface Route {
  readonly pattern: string
  readonly methods: object
}

const toText = (body: unknown): string => (typeof body === 'string' ? body : (JSON.stringify(body) ?? ''))

test('nonsense sent to any resource of the API is refused, and breaks nothing', async (t) => {
  const org = await startTestOrg(t)
  assert.deepEqual(await tryAll(org, '/services/data/v62.0', API_ROUTES), [])
  const made = await org.call('POST /sobjects/Lead', { LastName: 'Doe', Company: 'Acme' })
  assert.equal(made.status, 201)
})

test('nonsense sent to the scripting API is refused', async (t) => {
  const org = await startTestOrg(t)
  const routes = ADMIN_ROUTES.filter(({ pattern }) => pattern !== 'reset' && pattern !== 'org/sandboxRefresh')
  assert.deepEqual(await tryAll(org, '/__admin', routes), [])
  const field = { fullName: 'A__c', type: 'Picklist', valueSet: true }
  const reply = await callJson(`${org.url}/__admin/schema/fields`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ object: 'Lead', field }),
  })
  assert.equal(reply.status, 400)
})

const PATHS = [
  '/services/oauth2/token',
  '/services/oauth2/authorize',
  '/services/oauth2/revoke',
  '/services/oauth2/introspect',
  '/services/oauth2/userinfo',
  '/id/constructor/%00',
  '/services/Soap/u/62.0',
  '/services/Soap/m/62.0',
  '/cometd/62.0',
  '/cometd/62.0/connect',
  '/lightning/r/Lead/constructor/view',
  '/',
]

const TYPES = ['application/x-www-form-urlencoded', 'text/xml', 'application/json', 'multipart/form-data']

const textsOf = (token: string): readonly string[] => [
  '',
  'grant_type=constructor&client_id=__proto__&code=%00&assertion=a.b.c',
  'grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=e30.e30.e30&client_id=client',
  '<a',
  '<soapenv:Envelope xmlns:soapenv="x"><soapenv:Body><constructor/></soapenv:Body></soapenv:Envelope>',
  `<e:Envelope><e:Header><SessionHeader><sessionId>${token}</sessionId></SessionHeader></e:Header><e:Body><merge><request/></merge><convertLead/></e:Body></e:Envelope>`,
  '[null, 7, {"channel": 7}, {"channel": "/meta/constructor"}]',
  '[{"channel":"/meta/subscribe","clientId":"x","subscription":null,"ext":{"replay":7}}]',
]

test('nonsense sent to logins, SOAP and the event feed is refused', async (t) => {
  const org = await startTestOrg(t)
  const calls = PATHS.flatMap((path) =>
    TYPES.flatMap((type) => textsOf(org.token).map((body) => ({ path, type, body }))),
  )
  const bad: object[] = []
  for (const { path, type, body } of calls) {
    const headers = { authorization: `Bearer ${org.token}`, 'content-type': type, soapaction: '""' }
    const reply = await callJson(org.url + path, { method: 'POST', headers, body })
    const isFault = path.includes('/Soap/') && String(reply.body).includes('faultcode')
    if (reply.status >= 500 && !isFault) bad.push({ path, type, body })
  }
  assert.deepEqual(bad, [])
  assert.equal(read((await org.call('GET /limits')).body, 'DailyApiRequests', 'Max'), 100_000)
})
