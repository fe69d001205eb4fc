import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Connection } from 'jsforce'
import { read, startTestOrg } from '../../test-support/start-test-org.ts'

const LEAD = { LastName: 'Doe', Company: 'Acme', Email: 'ann@acme.example' }

test('requests of a batch stand by themselves: one that fails leaves the others', async (t) => {
  const org = await startTestOrg(t)
  const { body, status } = await org.call('POST /composite/batch', {
    batchRequests: [
      { method: 'POST', url: 'v62.0/sobjects/Lead', richInput: LEAD },
      { method: 'POST', url: '/services/data/v62.0/sobjects/Lead', richInput: { LastName: 'No' } },
      { method: 'GET', url: 'v62.0/query?q=SELECT+COUNT()+FROM+Lead' },
      { method: 'POST', url: 'v62.0/composite/batch', richInput: {} },
    ],
  })
  assert.equal(status, 200)
  assert.equal(read(body, 'hasErrors'), true)
  const codes = [0, 1, 2, 3].map((index) => read(body, 'results', index, 'statusCode'))
  assert.deepEqual(codes, [201, 400, 200, 400])
  assert.equal(read(body, 'results', 1, 'result', 0, 'errorCode'), 'REQUIRED_FIELD_MISSING')
  assert.equal(read(body, 'results', 2, 'result', 'totalSize'), 1)
  assert.equal(org.admin.stats().counted, 1)
})

test('a batch that shall halt does not go on after an error; one of 26 is refused', async (t) => {
  const org = await startTestOrg(t)
  const bad = { method: 'GET', url: 'v62.0/sobjects/Nope/describe' }
  const good = { method: 'POST', url: 'v62.0/sobjects/Lead', richInput: LEAD }
  const { body } = await org.call('POST /composite/batch', { haltOnError: true, batchRequests: [bad, good] })
  assert.equal(read(body, 'results', 1, 'statusCode'), 412)
  assert.equal(read(body, 'results', 1, 'result', 0, 'errorCode'), 'BATCH_PROCESSING_HALTED')
  assert.equal(org.admin.records('Lead').length, 0)
  const many = await org.call('POST /composite/batch', {
    batchRequests: Array.from({ length: 26 }, () => good),
  })
  assert.equal(read(many.body, 0, 'errorCode'), 'LIMIT_EXCEEDED')
})

const node = (type: string, referenceId: string, more: object): object => ({
  attributes: { type, referenceId },
  ...more,
})

test('a tree is made with its children, or not at all', async (t) => {
  const org = await startTestOrg(t)
  const contacts = (second: object): object => ({
    records: [node('Contact', 'c1', { LastName: 'One' }), node('Contact', 'c2', second)],
  })
  const tree = (second: object): object => ({
    records: [node('Account', 'a', { Name: 'Acme', Contacts: contacts(second) })],
  })
  const failed = await org.call('POST /composite/tree/Account', tree({ LastName: 'Two', Email: 'no mail' }))
  assert.equal(failed.status, 400)
  assert.equal(read(failed.body, 'results', 0, 'referenceId'), 'c2')
  assert.equal(read(failed.body, 'results', 0, 'errors', 0, 'statusCode'), 'INVALID_EMAIL_ADDRESS')
  assert.deepEqual([org.admin.records('Account'), org.admin.records('Contact')], [[], []])
  const made = await org.call('POST /composite/tree/Account', tree({ LastName: 'Two' }))
  assert.equal(made.status, 201)
  assert.equal(read(made.body, 'hasErrors'), false)
  const id = read(made.body, 'results', 0, 'id')
  assert.deepEqual(
    org.admin.records('Contact').map(({ values }) => values['AccountId']),
    [id, id],
  )
  const wrong = await org.call('POST /composite/tree/Account', {
    records: [node('Lead', 'x', LEAD)],
  })
  assert.equal(read(wrong.body, 0, 'errorCode'), 'INVALID_INPUT')
})

test('jsforce finds records by SOSL, in the fields that are named', async (t) => {
  const org = await startTestOrg(t)
  await org.call('POST /sobjects/Lead', LEAD)
  await org.call('POST /sobjects/Contact', { LastName: 'Acme', Email: 'other@else.example' })
  const connection = new Connection({ instanceUrl: org.url, accessToken: org.token, version: '62.0' })
  const find = async (sosl: string): Promise<readonly unknown[]> =>
    (await connection.search(sosl)).searchRecords.map((record) => record.attributes?.type)
  assert.deepEqual(await find('FIND {acme} IN ALL FIELDS RETURNING Lead(Id, Email), Contact(Id)'), [
    'Lead',
    'Contact',
  ])
  assert.deepEqual(await find('FIND {acme} IN NAME FIELDS RETURNING Lead, Contact'), ['Contact'])
  assert.deepEqual(await find('FIND {ann\\@acme.example} IN EMAIL FIELDS RETURNING Lead(Id) LIMIT 1'), [
    'Lead',
  ])
  await assert.rejects(find('FIND acme'), { name: 'MALFORMED_SEARCH' })
  await assert.rejects(find('FIND {acme} RETURNING Nope'), { name: 'INVALID_TYPE' })
})
