import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read, startTestOrg } from '../../test-support/start-test-org.ts'

const lead = (values: object): object => ({
  attributes: { type: 'Lead' },
  LastName: 'Doe',
  Company: 'Acme',
  ...values,
})

test('results come in request order, each for itself, with status 200', async (t) => {
  const org = await startTestOrg(t)
  const reply = await org.call('POST /composite/sobjects', {
    records: [lead({}), lead({ Company: null }), lead({})],
  })
  assert.equal(reply.status, 200)
  assert.deepEqual(reply.body, [
    { id: '00Q000000000001EAA', success: true, errors: [] },
    {
      success: false,
      errors: [
        {
          statusCode: 'REQUIRED_FIELD_MISSING',
          message: 'Required fields are missing: [Company]',
          fields: ['Company'],
        },
      ],
    },
    { id: '00Q000000000002EAA', success: true, errors: [] },
  ])
})

test('allOrNone undoes the others and says so', async (t) => {
  const org = await startTestOrg(t)
  const records = [lead({}), lead({ Company: null })]
  const reply = await org.call('POST /composite/sobjects', { allOrNone: true, records })
  assert.equal(reply.status, 200)
  assert.equal(read(reply.body, 0, 'errors', 0, 'statusCode'), 'ALL_OR_NONE_OPERATION_ROLLED_BACK')
  assert.equal(read(reply.body, 1, 'errors', 0, 'statusCode'), 'REQUIRED_FIELD_MISSING')
  assert.deepEqual(org.admin.records('Lead'), [])
})

test('upsert creates, updates, and refuses a key that stands there twice or not at all', async (t) => {
  const org = await startTestOrg(t)
  const path = 'PATCH /composite/sobjects/Lead/Leadline_Id__c'
  const first = await org.call(path, { records: [lead({ Leadline_Id__c: 'a' })] })
  const reply = await org.call(path, {
    records: [
      lead({ Leadline_Id__c: 'A', Title: 'CTO' }),
      lead({ Leadline_Id__c: 'b' }),
      lead({ Leadline_Id__c: 'c' }),
      lead({ Leadline_Id__c: 'C' }),
      lead({}),
      lead({ Leadline_Id__c: 'd', Id: '00Q000000000001EAA' }),
    ],
  })
  const shapes = Array.isArray(reply.body)
    ? reply.body.map((result) => read(result, 'created') ?? read(result, 'errors', 0, 'statusCode'))
    : []
  assert.deepEqual(shapes, [
    false,
    true,
    'DUPLICATE_VALUE',
    'DUPLICATE_VALUE',
    'MISSING_ARGUMENT',
    'INVALID_FIELD',
  ])
  assert.equal(read(reply.body, 2, 'errors', 0, 'message'), 'Duplicate external id specified: c')
  assert.equal(read(reply.body, 0, 'id'), read(first.body, 0, 'id'))
  assert.equal(org.admin.records('Lead').length, 2)
})

test('updates name their record by id or Id, and failures keep it', async (t) => {
  const org = await startTestOrg(t)
  await org.call('POST /composite/sobjects', { records: [lead({}), lead({})] })
  const [first, second] = ['00Q000000000001EAA', '00Q000000000002EAA']
  const reply = await org.call('PATCH /composite/sobjects', {
    records: [
      { attributes: { type: 'Lead' }, id: first, Title: 'CTO' },
      { attributes: { type: 'Lead' }, Id: second, LastName: null },
      { attributes: { type: 'Lead' }, id: '003000000000001AAA', Title: 'X' },
    ],
  })
  assert.deepEqual(read(reply.body, 0), { id: first, success: true, errors: [] })
  assert.equal(read(reply.body, 1, 'id'), second)
  assert.equal(read(reply.body, 2, 'errors', 0, 'statusCode'), 'MALFORMED_ID')
})

test('delete by a list of ids', async (t) => {
  const org = await startTestOrg(t)
  await org.call('POST /composite/sobjects', { records: [lead({})] })
  const reply = await org.call(
    'DELETE /composite/sobjects?ids=00Q000000000001EAA,00Q000000000009EAA&allOrNone=false',
  )
  assert.equal(read(reply.body, 0, 'success'), true)
  assert.deepEqual(read(reply.body, 1, 'errors', 0), {
    statusCode: 'INVALID_CROSS_REFERENCE_KEY',
    message: 'invalid cross reference id',
    fields: [],
  })
})

test('reads answer null for what is not there and 400 for an unknown field', async (t) => {
  const org = await startTestOrg(t)
  await org.call('POST /composite/sobjects', { records: [lead({ Title: 'CTO' })] })
  const ids = ['00Q000000000009EAA', '00Q000000000001EAA']
  const byBody = await org.call('POST /composite/sobjects/Lead', { ids, fields: ['Id', 'Title'] })
  const byUrl = await org.call(`GET /composite/sobjects/Lead?ids=${ids.join(',')}&fields=Id,Title`)
  assert.deepEqual(byBody.body, byUrl.body)
  assert.equal(read(byBody.body, 0), null)
  assert.equal(read(byBody.body, 1, 'Title'), 'CTO')
  const bad = await org.call('POST /composite/sobjects/Lead', { ids, fields: ['Foo'] })
  assert.deepEqual([bad.status, read(bad.body, 0, 'errorCode')], [400, 'INVALID_FIELD'])
})

test('more than 200 records, more than ten type runs, and broken JSON are refused whole', async (t) => {
  const org = await startTestOrg(t)
  const many = await org.call('POST /composite/sobjects', {
    records: Array.from({ length: 201 }, () => lead({})),
  })
  assert.deepEqual([many.status, read(many.body, 0, 'errorCode')], [400, 'EXCEEDED_ID_LIMIT'])
  const mixed = Array.from({ length: 11 }, (_, i) => ({
    attributes: { type: i % 2 ? 'Lead' : 'Contact' },
    LastName: 'x',
  }))
  const runs = await org.call('POST /composite/sobjects', { records: mixed })
  assert.deepEqual([runs.status, read(runs.body, 0, 'errorCode')], [400, 'LIMIT_EXCEEDED'])
  const broken = await org.call('POST /composite/sobjects', '{"records":[')
  assert.deepEqual([broken.status, read(broken.body, 0, 'errorCode')], [400, 'JSON_PARSER_ERROR'])
  const text = await org.call('POST /composite/sobjects', '{}', { 'content-type': 'text/plain' })
  assert.deepEqual([text.status, read(text.body, 0, 'errorCode')], [415, 'UNSUPPORTED_MEDIA_TYPE'])
})
