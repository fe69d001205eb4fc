import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'
import { INACTIVE_USERNAME, QUEUE_NAME } from '../index.ts'

const LEAD = { LastName: 'Doe', Company: 'Acme' }

async function createLead(org: TestOrg, values: object = {}): Promise<string> {
  const reply = await org.call('POST /sobjects/Lead', { ...LEAD, ...values })
  assert.equal(reply.status, 201, JSON.stringify(reply.body))
  return String(read(reply.body, 'id'))
}

function act(org: TestOrg, ...ops: Parameters<TestOrg['admin']['act']>[0]['ops']): void {
  for (const result of org.admin.act({ ops })) assert.ok(result.ok, JSON.stringify(result))
}

test('create, read, update and delete', async (t) => {
  const org = await startTestOrg(t)
  const created = await org.call('POST /sobjects/Lead', { ...LEAD, FirstName: ' Ann ' })
  const id = '00Q000000000001EAA'
  assert.deepEqual(created.body, { id, success: true, errors: [] })
  assert.equal(created.headers.get('location'), `/services/data/v62.0/sobjects/Lead/${id}`)
  assert.deepEqual((await org.call(`GET /sobjects/Lead/${id}?fields=Name,Status,Email,CreatedDate`)).body, {
    attributes: { type: 'Lead', url: `/services/data/v62.0/sobjects/Lead/${id}` },
    Name: 'Ann Doe',
    Status: 'Open - Not Contacted',
    Email: null,
    CreatedDate: '2026-11-20T09:00:00.000+0000',
  })
  const updated = await org.call(`PATCH /sobjects/Lead/${id.slice(0, 15)}`, { Email: 'Ann@Acme.example' })
  assert.deepEqual([updated.status, updated.body], [204, ''])
  assert.equal(org.store.get('Lead', id)?.values['Email'], 'Ann@Acme.example')
  assert.equal((await org.call(`DELETE /sobjects/Lead/${id}`)).status, 204)
  const gone = await org.call(`PATCH /sobjects/Lead/${id}`, { Email: null })
  assert.equal(gone.status, 404)
  assert.deepEqual(gone.body, [{ message: 'entity is deleted', errorCode: 'ENTITY_IS_DELETED', fields: [] }])
})

test('upsert by external id: 201, 200, 404 with updateOnly, 300 for several', async (t) => {
  const org = await startTestOrg(t)
  const path = '/sobjects/Lead/Leadline_Id__c/a%2Fb%20c%3Fd'
  const created = await org.call(`PATCH ${path}`, LEAD)
  assert.deepEqual([created.status, read(created.body, 'created')], [201, true])
  assert.equal(org.store.get('Lead', String(read(created.body, 'id')))?.values['Leadline_Id__c'], 'a/b c?d')
  const updated = await org.call(
    `PATCH ${path.toUpperCase().replace('/SOBJECTS/LEAD/LEADLINE_ID__C', '/sobjects/Lead/Leadline_Id__c')}`,
    { Company: 'B' },
  )
  assert.deepEqual(
    [updated.status, updated.body],
    [200, { id: read(created.body, 'id'), success: true, errors: [], created: false }],
  )
  assert.equal((await org.call('PATCH /sobjects/Lead/Leadline_Id__c/none?updateOnly=true', LEAD)).status, 404)
  const ids = [
    await createLead(org, { Email: 'x@y.example' }),
    await createLead(org, { Email: 'X@y.example' }),
  ]
  const several = await org.call('PATCH /sobjects/Lead/Email/x@y.example', { Company: 'C' })
  assert.deepEqual(
    [several.status, several.body],
    [300, ids.map((id) => `/services/data/v62.0/sobjects/Lead/${id}`)],
  )
})

test('an upsert refuses its key in the body and fields that are no key', async (t) => {
  const org = await startTestOrg(t)
  const twice = await org.call('PATCH /sobjects/Lead/Leadline_Id__c/k', { ...LEAD, Leadline_Id__c: 'k' })
  assert.deepEqual(twice.body, [
    {
      message: 'The Leadline_Id__c field should not be specified in the sobject data.',
      errorCode: 'INVALID_FIELD',
      fields: ['Leadline_Id__c'],
    },
  ])
  const noKey = await org.call('PATCH /sobjects/Lead/Company/k', LEAD)
  assert.deepEqual(
    [noKey.status, noKey.body],
    [
      404,
      [
        {
          message: 'Provided external ID field does not exist or is not accessible: Company',
          errorCode: 'NOT_FOUND',
        },
      ],
    ],
  )
})

test('POST with _HttpMethod=PATCH updates', async (t) => {
  const org = await startTestOrg(t)
  const id = await createLead(org)
  assert.equal((await org.call(`POST /sobjects/Lead/${id}?_HttpMethod=PATCH`, { Company: 'B' })).status, 204)
  assert.equal(org.store.get('Lead', id)?.values['Company'], 'B')
})

const REFUSED: readonly (readonly [
  title: string,
  values: object,
  message: RegExp,
  code: string,
  fields: string[],
])[] = [
  [
    'an unknown field',
    { Foo__c: 1 },
    /^No such column 'Foo__c' on sobject of type Lead$/,
    'INVALID_FIELD',
    [],
  ],
  [
    'a read-only field',
    { IsConverted: true },
    /^Unable to create\/update fields: IsConverted\. Please check the security settings/,
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    ['IsConverted'],
  ],
  [
    'a wrong JSON type',
    { Leadline_First_Seen__c: 'zz' },
    /^Cannot deserialize instance of datetime from VALUE_STRING value zz/,
    'JSON_PARSER_ERROR',
    [],
  ],
  [
    'missing required fields',
    { LastName: '  ', Company: null },
    /^Required fields are missing: \[Company, LastName\]$/,
    'REQUIRED_FIELD_MISSING',
    ['Company', 'LastName'],
  ],
  [
    'text that is too long',
    { LastName: 'x'.repeat(81) },
    /^Last Name: data value too large: x{81} \(max length=80\)$/,
    'STRING_TOO_LONG',
    ['LastName'],
  ],
  [
    'an address that is no mail',
    { Email: 'foo@' },
    /^Email: invalid email address: foo@$/,
    'INVALID_EMAIL_ADDRESS',
    ['Email'],
  ],
  [
    'a number out of range',
    { Leadline_Sessions__c: 1e18 },
    /^Sessions: value outside of valid range on numeric field/,
    'NUMBER_OUTSIDE_VALID_RANGE',
    ['Leadline_Sessions__c'],
  ],
  [
    'an owner that is no id',
    { OwnerId: 'me' },
    /^Owner ID: id value of incorrect type: me$/,
    'MALFORMED_ID',
    ['OwnerId'],
  ],
  [
    'an owner that does not exist',
    { OwnerId: '005000000000999AAA' },
    /^invalid cross reference id$/,
    'INVALID_CROSS_REFERENCE_KEY',
    ['OwnerId'],
  ],
  [
    'an owner of the wrong kind',
    { OwnerId: '001000000000001AAA' },
    /^Owner ID: id value of incorrect type/,
    'FIELD_INTEGRITY_EXCEPTION',
    ['OwnerId'],
  ],
]

for (const [title, values, message, code, fields] of REFUSED) {
  test(`refuses ${title}`, async (t) => {
    const org = await startTestOrg(t)
    const reply = await org.call('POST /sobjects/Lead', { ...LEAD, ...values })
    assert.equal(reply.status, 400)
    assert.equal(read(reply.body, 0, 'errorCode'), code)
    assert.match(String(read(reply.body, 0, 'message')), message)
    assert.deepEqual(read(reply.body, 0, 'fields'), fields)
    assert.equal(org.admin.records('Lead').length, 0)
  })
}

test('refuses inactive owners, and queues where they may not own', async (t) => {
  const org = await startTestOrg(t)
  const [inactive] = org.admin.records('User', `Username = '${INACTIVE_USERNAME}'`)
  const [queue] = org.admin.records('Group', `Name = '${QUEUE_NAME}'`)
  const reply = await org.call('POST /sobjects/Lead', { ...LEAD, OwnerId: inactive?.id })
  assert.deepEqual(reply.body, [
    {
      message: `operation performed with inactive user [${inactive?.id}] as owner of lead`,
      errorCode: 'INACTIVE_OWNER_OR_USER',
      fields: ['OwnerId'],
    },
  ])
  await createLead(org, { OwnerId: queue?.id })
  const contact = await org.call('POST /sobjects/Contact', { LastName: 'Doe', OwnerId: queue?.id })
  assert.equal(read(contact.body, 0, 'errorCode'), 'FIELD_INTEGRITY_EXCEPTION')
})

test('an external id stays unique among living records, whatever its case', async (t) => {
  const org = await startTestOrg(t)
  const id = await createLead(org, { Leadline_Id__c: 'k1' })
  const second = await org.call('POST /sobjects/Lead', { ...LEAD, Leadline_Id__c: 'K1' })
  assert.deepEqual(second.body, [
    {
      message: `duplicate value found: Leadline_Id__c duplicates value on record with id: ${id.slice(0, 15)}`,
      errorCode: 'DUPLICATE_VALUE',
      fields: [],
    },
  ])
  await org.call(`DELETE /sobjects/Lead/${id}`)
  await createLead(org, { Leadline_Id__c: 'K1' })
  const [undelete] = org.admin.act({ ops: [{ op: 'undelete', id }] })
  assert.ok(undelete && !undelete.ok)
  assert.equal(undelete.error.code, 'DUPLICATE_VALUE')
})

test('a parent can be named by its external id', async (t) => {
  const org = await startTestOrg(t)
  const id = await createLead(org, { Leadline_Id__c: 'k1' })
  const made = await org.call('POST /sobjects/Leadline_Activity__c', {
    Leadline_Lead__r: { Leadline_Id__c: 'k1' },
  })
  const row = org.store.get('Leadline_Activity__c', String(read(made.body, 'id')))
  assert.equal(row?.values['Leadline_Lead__c'], id)
  assert.equal(row?.values['Name'], 'LA-0000001')
  const missing = await org.call('POST /sobjects/Leadline_Activity__c', {
    Leadline_Lead__r: { Leadline_Id__c: 'k2' },
  })
  assert.equal(
    read(missing.body, 0, 'message'),
    'Foreign key external ID: k2 not found for field Leadline_Id__c in entity Lead',
  )
})

test('a converted lead is read-only, and its contact carries the external id', async (t) => {
  const org = await startTestOrg(t)
  const id = await createLead(org, { Leadline_Id__c: 'k1', Email: 'ann@acme.example' })
  const [result] = org.admin.act({ ops: [{ op: 'convert', leadId: id }] })
  assert.ok(result?.ok)
  const contact = org.store.get('Contact', String(result.ids['contactId']))
  assert.equal(contact?.values['Leadline_Id__c'], 'k1')
  assert.equal(contact?.values['AccountId'], result.ids['accountId'])
  const lead = await org.call(`GET /sobjects/Lead/${id}?fields=IsConverted,ConvertedContactId,Status`)
  assert.equal(read(lead.body, 'ConvertedContactId'), contact?.id)
  const refused = await org.call(`PATCH /sobjects/Lead/${id}`, { Company: 'B' })
  assert.deepEqual(
    [refused.status, refused.body],
    [
      400,
      [{ message: 'cannot reference converted lead', errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', fields: [] }],
    ],
  )
  const pointing = await org.call('POST /sobjects/Leadline_Activity__c', { Leadline_Lead__c: id })
  assert.equal(read(pointing.body, 0, 'errorCode'), 'CANNOT_UPDATE_CONVERTED_LEAD')
})

test('a conversion moves tasks and leaves custom lookups', async (t) => {
  const org = await startTestOrg(t)
  const id = await createLead(org)
  await org.call('POST /sobjects/Leadline_Activity__c', { Leadline_Lead__c: id })
  act(
    org,
    { op: 'create', object: 'Task', values: { WhoId: id, Subject: 'Call' } },
    { op: 'convert', leadId: id },
  )
  const [task] = org.admin.records('Task')
  assert.match(String(task?.values['WhoId']), /^003/)
  assert.equal(org.admin.records('Leadline_Activity__c')[0]?.values['Leadline_Lead__c'], id)
})

test('an account takes its contacts to the bin and back', async (t) => {
  const org = await startTestOrg(t)
  act(
    org,
    { op: 'create', object: 'Account', values: { Name: 'Acme' } },
    { op: 'create', object: 'Contact', values: { LastName: 'Doe', AccountId: '001000000000001AAA' } },
    { op: 'delete', id: '001000000000001AAA' },
  )
  assert.equal((await org.call('GET /sobjects/Contact/003000000000001AAA')).status, 404)
  act(org, { op: 'undelete', id: '001000000000001AAA' })
  assert.equal((await org.call('GET /sobjects/Contact/003000000000001AAA')).status, 200)
})

test('without its permission set the fields of the package do not exist', async (t) => {
  const org = await startTestOrg(t)
  const before = await org.call('GET /sobjects/Lead/describe')
  org.admin.clock.advance(60_000)
  const assignments = org.admin
    .records('PermissionSetAssignment')
    .map(({ id }) => ({ op: 'delete', id }) as const)
  act(org, ...assignments)
  const since = before.headers.get('last-modified') ?? ''
  const after = await org.call('GET /sobjects/Lead/describe', undefined, { 'if-modified-since': since })
  assert.equal(after.status, 200)
  assert.ok(!JSON.stringify(after.body).includes('Leadline_Id__c'))
  const reply = await org.call('POST /sobjects/Lead', { ...LEAD, Leadline_Id__c: 'k' })
  assert.equal(read(reply.body, 0, 'message'), "No such column 'Leadline_Id__c' on sobject of type Lead")
  assert.equal((await org.call('GET /sobjects/Leadline_Activity__c/describe')).status, 404)
})

test('If-Unmodified-Since guards an update', async (t) => {
  const org = await startTestOrg(t)
  const id = await createLead(org)
  const before = new Date(org.admin.clock.now()).toUTCString()
  org.admin.clock.advance(5000)
  act(org, { op: 'update', id, values: { Title: 'CTO' } })
  const headers = { 'if-unmodified-since': before }
  assert.equal((await org.call(`PATCH /sobjects/Lead/${id}`, { Title: 'CEO' }, headers)).status, 412)
  assert.equal(org.store.get('Lead', id)?.values['Title'], 'CTO')
})

test('a search finds records by words of their names', async (t) => {
  const org = await startTestOrg(t)
  await org.call('POST /sobjects/Lead', {
    FirstName: 'Ann',
    LastName: 'Doe',
    Company: 'Acme',
    Email: 'a@b.example',
  })
  await org.call('POST /sobjects/Lead', { LastName: 'Doe', Company: 'Other' })
  const { body } = await org.call('GET /parameterizedSearch?q=doe+acme&sobject=Lead&Lead.fields=Email')
  assert.equal(read(body, 'searchRecords', 0, 'Email'), 'a@b.example')
  assert.equal(read(body, 'searchRecords', 1), undefined)
})
