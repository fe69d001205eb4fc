import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read, startTestOrg, type TestReply } from '../../test-support/start-test-org.ts'

const BASE = '/services/data/v62.0'
const make = (referenceId: string, object: string, body: object): object => ({
  method: 'POST',
  url: `${BASE}/sobjects/${object}`,
  referenceId,
  body,
})
const statuses = ({ body }: TestReply): unknown[] => {
  const responses = read(body, 'compositeResponse')
  return Array.isArray(responses) ? responses.map((one) => read(one, 'httpStatusCode')) : []
}

test('a subrequest uses what earlier ones answered, in its url and in its body', async (t) => {
  const org = await startTestOrg(t)
  const reply = await org.call('POST /composite', {
    compositeRequest: [
      make('account', 'Account', { Name: 'Acme' }),
      make('contact', 'Contact', { LastName: 'Doe', AccountId: '@{account.id}' }),
      { method: 'GET', url: `${BASE}/sobjects/Contact/@{contact.id}?fields=AccountId`, referenceId: 'back' },
    ],
  })
  assert.deepEqual(statuses(reply), [201, 201, 200])
  const id = read(reply.body, 'compositeResponse', 0, 'body', 'id')
  assert.equal(read(reply.body, 'compositeResponse', 2, 'body', 'AccountId'), id)
  assert.deepEqual(read(reply.body, 'compositeResponse', 0, 'httpHeaders'), {
    Location: `${BASE}/sobjects/Account/${String(id)}`,
  })
  assert.equal(org.admin.stats().counted, 1)
})

test('a value that is nothing but a reference keeps its type', async (t) => {
  const org = await startTestOrg(t)
  org.admin.act({ ops: [{ op: 'create', object: 'Account', values: { Name: 'A', NumberOfEmployees: 7 } }] })
  const query = encodeURIComponent('SELECT NumberOfEmployees FROM Account')
  await org.call('POST /composite', {
    compositeRequest: [
      { method: 'GET', url: `${BASE}/query?q=${query}`, referenceId: 'q' },
      make('b', 'Account', { Name: 'B', NumberOfEmployees: '@{q.records[0].NumberOfEmployees}' }),
    ],
  })
  assert.equal(org.admin.records('Account', "Name = 'B'")[0]?.values['NumberOfEmployees'], 7)
})

test('without allOrNone a failure stops only what depends on it', async (t) => {
  const org = await startTestOrg(t)
  const reply = await org.call('POST /composite', {
    compositeRequest: [
      make('a', 'Account', {}),
      make('c', 'Contact', { LastName: 'Doe', AccountId: '@{a.id}' }),
      make('d', 'Account', { Name: 'Other' }),
    ],
  })
  assert.deepEqual(statuses(reply), [400, 400, 201])
  assert.deepEqual(read(reply.body, 'compositeResponse', 1, 'body'), [
    {
      errorCode: 'PROCESSING_HALTED',
      message: 'Invalid reference specified. No value for a.id found in a',
    },
  ])
})

test('with allOrNone nothing is left of the others', async (t) => {
  const org = await startTestOrg(t)
  const reply = await org.call('POST /composite', {
    allOrNone: true,
    compositeRequest: [make('a', 'Account', { Name: 'Acme' }), make('b', 'Account', {})],
  })
  assert.deepEqual(statuses(reply), [400, 400])
  assert.equal(read(reply.body, 'compositeResponse', 0, 'body', 0, 'errorCode'), 'PROCESSING_HALTED')
  assert.equal(read(reply.body, 'compositeResponse', 1, 'body', 0, 'errorCode'), 'REQUIRED_FIELD_MISSING')
  assert.deepEqual(org.admin.records('Account'), [])
})

test('limits and repeated reference ids are refused as a whole', async (t) => {
  const org = await startTestOrg(t)
  const many = Array.from({ length: 26 }, (_, i) => make(`r${i}`, 'Account', { Name: 'A' }))
  const tooMany = await org.call('POST /composite', { compositeRequest: many })
  assert.equal(read(tooMany.body, 0, 'errorCode'), 'LIMIT_EXCEEDED')
  const twice = [make('r', 'Account', { Name: 'A' }), make('r', 'Account', { Name: 'B' })]
  assert.equal((await org.call('POST /composite', { compositeRequest: twice })).status, 400)
  assert.deepEqual(org.admin.records('Account'), [])
})

test('each graph is all or nothing and stands for itself', async (t) => {
  const org = await startTestOrg(t)
  const reply = await org.call('POST /composite/graph', {
    graphs: [
      {
        graphId: 'good',
        compositeRequest: [
          make('a', 'Account', { Name: 'Acme' }),
          make('c', 'Contact', { LastName: 'Doe', AccountId: '@{a.id}' }),
        ],
      },
      { graphId: 'bad', compositeRequest: [make('a', 'Account', { Name: 'Bad' }), make('b', 'Lead', {})] },
    ],
  })
  assert.deepEqual(
    [read(reply.body, 'graphs', 0, 'isSuccessful'), read(reply.body, 'graphs', 1, 'isSuccessful')],
    [true, false],
  )
  const bad = read(reply.body, 'graphs', 1, 'graphResponse', 'compositeResponse')
  assert.equal(read(bad, 0, 'body', 0, 'errorCode'), 'PROCESSING_HALTED')
  assert.equal(read(bad, 1, 'body', 0, 'errorCode'), 'REQUIRED_FIELD_MISSING')
  assert.deepEqual(
    org.admin.records('Account').map(({ values }) => values['Name']),
    ['Acme'],
  )
})

test('a graph takes single records only, and is no deeper than 15', async (t) => {
  const org = await startTestOrg(t)
  const query = { method: 'GET', url: `${BASE}/query?q=x`, referenceId: 'q' }
  const refused = await org.call('POST /composite/graph', {
    graphs: [{ graphId: 'g', compositeRequest: [query] }],
  })
  assert.equal(refused.status, 400)
  const chain = Array.from({ length: 16 }, (_, i) =>
    make(`r${i}`, 'Account', { Name: 'A', ...(i > 0 ? { ParentId: `@{r${i - 1}.id}` } : {}) }),
  )
  const deep = await org.call('POST /composite/graph', {
    graphs: [{ graphId: 'g', compositeRequest: chain }],
  })
  assert.equal(read(deep.body, 0, 'errorCode'), 'LIMIT_EXCEEDED')
})
