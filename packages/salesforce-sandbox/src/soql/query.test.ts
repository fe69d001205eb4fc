import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'

async function ask(org: TestOrg, soql: string, headers: Record<string, string> = {}) {
  return await org.call(`GET /query?q=${encodeURIComponent(soql)}`, undefined, headers)
}

async function namesOf(org: TestOrg, rest: string): Promise<unknown[]> {
  const reply = await ask(org, `SELECT LastName FROM Lead ${rest}`)
  assert.equal(reply.status, 200, JSON.stringify(reply.body))
  const records = read(reply.body, 'records')
  return Array.isArray(records) ? records.map((record) => read(record, 'LastName')) : []
}

const LEADS = [
  {
    LastName: 'Alpha',
    Company: 'Acme',
    Email: 'a@acme.example',
    NumberOfEmployees: 5,
    Leadline_Last_Seen__c: '2026-11-19T10:00:00Z',
  },
  { LastName: 'beta', Company: "O'Neil \\ Sons", NumberOfEmployees: 50, HasOptedOutOfEmail: true },
  {
    LastName: 'Gamma',
    Company: '100% Pure',
    Email: 'g@pure.example',
    Leadline_Last_Seen__c: '2026-11-20T08:00:00Z',
  },
  { LastName: 'delta_x', Company: 'acme', NumberOfEmployees: 500 },
]

async function startFilled(t: Parameters<typeof startTestOrg>[0]): Promise<TestOrg> {
  const org = await startTestOrg(t)
  const records = LEADS.map((lead) => ({ attributes: { type: 'Lead' }, ...lead }))
  await org.call('POST /composite/sobjects', { records })
  return org
}

const FILTERS: readonly (readonly [filter: string, names: readonly string[]])[] = [
  ["WHERE Company = 'ACME'", ['Alpha', 'delta_x']],
  ["WHERE Company != 'acme'", ['beta', 'Gamma']],
  ["WHERE Email != 'a@acme.example'", ['beta', 'Gamma', 'delta_x']],
  ["WHERE Email = 'A@ACME.EXAMPLE'", ['Alpha']],
  ['WHERE Email = null', ['beta', 'delta_x']],
  ['WHERE Email <> null', ['Alpha', 'Gamma']],
  ['WHERE NumberOfEmployees > 5', ['beta', 'delta_x']],
  ['WHERE NumberOfEmployees >= 5 AND NumberOfEmployees < 500', ['Alpha', 'beta']],
  ['WHERE NumberOfEmployees <= 5', ['Alpha']],
  ["WHERE LastName IN ('Alpha', 'BETA')", ['Alpha', 'beta']],
  ["WHERE Email NOT IN ('a@acme.example')", ['beta', 'Gamma', 'delta_x']],
  ["WHERE LastName LIKE '%ta%'", ['beta', 'delta_x']],
  ["WHERE LastName LIKE '_eta'", ['beta']],
  ["WHERE LastName LIKE 'delta\\_%'", ['delta_x']],
  ["WHERE Company LIKE '100\\%%'", ['Gamma']],
  ["WHERE Company = 'O\\'Neil \\\\ Sons'", ['beta']],
  ['WHERE HasOptedOutOfEmail = TRUE', ['beta']],
  ["WHERE NOT Company = 'Acme'", ['beta', 'Gamma']],
  ["WHERE (LastName = 'Alpha' OR LastName = 'beta') AND NumberOfEmployees > 5", ['beta']],
  ['WHERE Leadline_Last_Seen__c >= 2026-11-20T00:00:00Z', ['Gamma']],
  ['WHERE Leadline_Last_Seen__c < 2026-11-20T09:00:00+01:00', ['Alpha']],
  ['WHERE Leadline_Last_Seen__c = TODAY', ['Gamma']],
  ['WHERE Leadline_Last_Seen__c = LAST_N_DAYS:1', ['Alpha', 'Gamma']],
  ["WHERE Owner.Name = 'leadline integration' AND Owner.Type = 'User' AND LastName = 'Alpha'", ['Alpha']],
  ['ORDER BY LastName DESC LIMIT 2', ['Gamma', 'delta_x']],
  ['ORDER BY NumberOfEmployees, LastName', ['Gamma', 'Alpha', 'beta', 'delta_x']],
  ['ORDER BY NumberOfEmployees ASC NULLS LAST LIMIT 1 OFFSET 1', ['beta']],
]

test('filters, order and limits', async (t) => {
  const org = await startFilled(t)
  for (const [filter, names] of FILTERS) assert.deepEqual(await namesOf(org, filter), names, filter)
})

const REFUSED: readonly (readonly [soql: string, code: string, message: RegExp])[] = [
  [
    "SELECT Id FROM Lead WHERE LastName = 'a' AND Company = 'b' OR Email = 'c'",
    'MALFORMED_QUERY',
    /unexpected token: 'OR'/,
  ],
  ['SELECT Id FORM Lead', 'MALFORMED_QUERY', /unexpected token: 'FORM'/],
  ["SELECT Id FROM Lead WHERE LastName = 'a\\x'", 'MALFORMED_QUERY', /escape/],
  ["SELECT Id FROM Lead WHERE LastName = 'a", 'MALFORMED_QUERY', /not closed/],
  ['SELECT Id FROM Lead LIMIT 1 ALL ROWS', 'MALFORMED_QUERY', /unexpected token: 'ALL'/],
  [
    'SELECT Id FROM Lead LIMIT 1 OFFSET 2001',
    'NUMBER_OUTSIDE_VALID_RANGE',
    /Maximum SOQL offset allowed is 2000/,
  ],
  ['SELECT Id FROM Nothing', 'INVALID_TYPE', /^sObject type 'Nothing' is not supported\./],
  [
    "SELECT Id FROM Lead WHERE Description = 'x'",
    'INVALID_FIELD',
    /field 'Description' can not be filtered in a query call/,
  ],
  [
    "SELECT Id FROM Lead WHERE CreatedDate > '2026-11-20T00:00:00Z'",
    'INVALID_FIELD',
    /^value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes$/,
  ],
  ["SELECT Id FROM Lead WHERE OwnerId = 'x'", 'INVALID_QUERY_FILTER_OPERATOR', /invalid ID field: x/],
]

test('a query that cannot run says why', async (t) => {
  const org = await startTestOrg(t)
  for (const [soql, code, message] of REFUSED) {
    const reply = await ask(org, soql)
    assert.equal(reply.status, 400, soql)
    assert.equal(read(reply.body, 0, 'errorCode'), code, soql)
    assert.match(String(read(reply.body, 0, 'message')), message)
    assert.equal(read(reply.body, 0, 'fields'), undefined)
  }
})

test('an unknown column is pointed at in four lines', async (t) => {
  const org = await startTestOrg(t)
  const reply = await ask(org, 'SELECT X__c FROM Lead')
  assert.deepEqual(reply.body, [
    {
      message: [
        '',
        'SELECT X__c FROM Lead',
        '       ^',
        'ERROR at Row:1:Column:8',
        "No such column 'X__c' on entity 'Lead'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.",
      ].join('\n'),
      errorCode: 'INVALID_FIELD',
    },
  ])
})

test('a literal ends where its quote ends: escaping quotes alone lets a value out', async (t) => {
  const org = await startFilled(t)
  const value = "\\' OR LastName != '"
  const naive = value.replaceAll("'", "\\'")
  const brokenOut = await ask(org, `SELECT Id FROM Lead WHERE LastName = '${naive}'`)
  assert.deepEqual(brokenOut.body, [{ message: "unexpected token: '\\'", errorCode: 'MALFORMED_QUERY' }])
  const careful = value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
  assert.deepEqual(await namesOf(org, `WHERE LastName = '${careful}'`), [])
})

test('parents are nested, empty ones are null, names come in their own spelling', async (t) => {
  const org = await startFilled(t)
  const reply = await ask(
    org,
    'select id, owner.name, owner.username, convertedcontact.name from lead limit 1',
  )
  assert.deepEqual(read(reply.body, 'records', 0), {
    attributes: { type: 'Lead', url: '/services/data/v62.0/sobjects/Lead/00Q000000000001EAA' },
    Id: '00Q000000000001EAA',
    Owner: {
      attributes: { type: 'User', url: '/services/data/v62.0/sobjects/User/005000000000005AAA' },
      Name: 'Leadline Integration',
      Username: 'integration@leadline.example',
    },
    ConvertedContact: null,
  })
})

test('COUNT() counts without records', async (t) => {
  const org = await startFilled(t)
  const reply = await ask(org, "SELECT COUNT() FROM Lead WHERE Company = 'acme'")
  assert.deepEqual(reply.body, { totalSize: 2, done: true, records: [] })
})

test('pages follow one another by locator; ids are those of the start, values those of today', async (t) => {
  const org = await startTestOrg(t, { limits: { pageSize: 2 } })
  const records = ['a', 'b', 'c', 'd', 'e'].map((LastName) => ({
    attributes: { type: 'Lead' },
    LastName,
    Company: 'Acme',
  }))
  await org.call('POST /composite/sobjects', { records })
  const first = await ask(org, 'SELECT LastName FROM Lead ORDER BY LastName')
  assert.deepEqual([read(first.body, 'totalSize'), read(first.body, 'done')], [5, false])
  const next = String(read(first.body, 'nextRecordsUrl'))
  assert.match(next, /^\/services\/data\/v62\.0\/query\/01g\w{15}-2$/)
  await org.call('PATCH /sobjects/Lead/00Q000000000003EAA', { LastName: 'changed' })
  const second = await org.call(`GET ${next.replace('/services/data/v62.0', '')}`)
  assert.equal(read(second.body, 'records', 0, 'LastName'), 'changed')
  const third = await org.call(
    `GET ${String(read(second.body, 'nextRecordsUrl')).replace('/services/data/v62.0', '')}`,
  )
  assert.deepEqual([read(third.body, 'done'), read(third.body, 'nextRecordsUrl')], [true, undefined])
  org.admin.clock.advance(3 * 86_400_000)
  const token = { authorization: `Bearer ${org.token}` }
  const expired = await org.call(`GET ${next.replace('/services/data/v62.0', '')}`, undefined, token)
  assert.equal(expired.status, 401)
})

test('an unknown locator is refused', async (t) => {
  const org = await startTestOrg(t)
  const reply = await org.call('GET /query/01g000000000009AAA-2000')
  assert.deepEqual(
    [reply.status, reply.body],
    [400, [{ message: 'invalid query locator', errorCode: 'INVALID_QUERY_LOCATOR' }]],
  )
})

test('query hides what is deleted, queryAll shows it', async (t) => {
  const org = await startFilled(t)
  await org.call('DELETE /sobjects/Lead/00Q000000000001EAA')
  assert.equal((await namesOf(org, '')).length, 3)
  const all = await org.call(
    `GET /queryAll?q=${encodeURIComponent('SELECT Id FROM Lead WHERE IsDeleted = true')}`,
  )
  assert.equal(read(all.body, 'records', 0, 'Id'), '00Q000000000001EAA')
})

test('an address is read as one value, and written, filtered and sorted by its parts', async (t) => {
  const org = await startTestOrg(t)
  const made = await org.call('POST /sobjects/Lead', {
    LastName: 'a',
    Company: 'b',
    City: 'Bonn',
    Street: 'Weg 1',
  })
  await org.call('POST /sobjects/Lead', { LastName: 'b', Company: 'b' })
  const address = {
    city: 'Bonn',
    country: null,
    geocodeAccuracy: null,
    latitude: null,
    longitude: null,
    postalCode: null,
    state: null,
    street: 'Weg 1',
  }
  const ask = async (soql: string): Promise<unknown> =>
    (await org.call(`GET /query?q=${encodeURIComponent(soql)}`)).body
  const found = await ask('SELECT Address FROM Lead ORDER BY LastName')
  assert.deepEqual(
    [0, 1].map((index) => read(found, 'records', index, 'Address')),
    [address, null],
  )
  const one = await org.call(`GET /sobjects/Lead/${String(read(made.body, 'id'))}`)
  assert.deepEqual(read(one.body, 'Address'), address)
  assert.match(
    String(read(await ask("SELECT Id FROM Lead WHERE Address = 'x'"), 0, 'message')),
    /can not be filtered/,
  )
  assert.match(
    String(read(await ask('SELECT Id FROM Lead ORDER BY Address'), 0, 'message')),
    /can not be sorted/,
  )
  const job = await org.call('POST /jobs/query', { operation: 'query', query: 'SELECT Address FROM Lead' })
  assert.deepEqual(
    [job.status, read(job.body, 0, 'message')],
    [400, 'Selecting compound data not supported in Bulk Query'],
  )
  const written = await org.call('POST /sobjects/Lead', { LastName: 'c', Company: 'b', Address: address })
  assert.equal(read(written.body, 0, 'errorCode'), 'INVALID_FIELD_FOR_INSERT_UPDATE')
})
