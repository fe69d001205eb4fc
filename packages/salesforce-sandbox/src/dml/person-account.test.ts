import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'

const OPTIONS = { features: { personAccounts: true } }

async function query(org: TestOrg, soql: string): Promise<unknown> {
  const { status, body } = await org.call(`GET /query?q=${encodeURIComponent(soql)}`)
  assert.equal(status, 200, JSON.stringify(body))
  return read(body, 'records')
}

const refusal = (body: unknown): unknown[] => [read(body, 0, 'errorCode'), read(body, 0, 'message')]

test('an account with a last name is a person, whose contact follows every change', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  const person = { FirstName: 'Ann', LastName: 'Doe', PersonEmail: 'ann@x.example', Leadline_Id__pc: 'p1' }
  const made = await org.call('POST /sobjects/Account', person)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const id = String(read(made.body, 'id'))
  await org.call(`PATCH /sobjects/Account/${id}`, { PersonEmail: 'ann@y.example', PersonMailingCity: 'Bonn' })
  const [account, contact] = [
    await query(
      org,
      'SELECT Name, IsPersonAccount, PersonContactId, RecordType.DeveloperName, PersonContact.Email FROM Account',
    ),
    await query(
      org,
      'SELECT Id, Name, Email, MailingCity, AccountId, IsPersonAccount, Leadline_Id__c FROM Contact',
    ),
  ]
  const contactId = read(contact, 0, 'Id')
  assert.deepEqual(
    ['Name', 'IsPersonAccount', 'PersonContactId'].map((name) => read(account, 0, name)),
    ['Ann Doe', true, contactId],
  )
  assert.equal(read(account, 0, 'RecordType', 'DeveloperName'), 'PersonAccount')
  assert.equal(read(account, 0, 'PersonContact', 'Email'), 'ann@y.example')
  assert.deepEqual(
    ['Name', 'Email', 'MailingCity', 'AccountId', 'IsPersonAccount', 'Leadline_Id__c'].map((name) =>
      read(contact, 0, name),
    ),
    ['Ann Doe', 'ann@y.example', 'Bonn', id, true, 'p1'],
  )
  const edited = await org.call(`PATCH /sobjects/Contact/${String(contactId)}`, { Email: 'z@z.example' })
  assert.deepEqual(refusal(edited.body), [
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    'Contact: bad field names on insert/update call: Email',
  ])
  assert.equal((await org.call(`DELETE /sobjects/Contact/${String(contactId)}`)).status, 400)
  assert.equal((await org.call(`DELETE /sobjects/Account/${id}`)).status, 204)
  assert.deepEqual(await query(org, 'SELECT Id FROM Contact'), [])
})

test('people have no Name of their own, businesses no last name', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  const business = await org.call('POST /sobjects/Account', { Name: 'Acme' })
  assert.equal(business.status, 201)
  const id = String(read(business.body, 'id'))
  const path = `PATCH /sobjects/Account/${id}`
  assert.deepEqual(refusal((await org.call(path, { LastName: 'Doe' })).body), [
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    'Account: bad field names on insert/update call: LastName',
  ])
  const types = await query(org, 'SELECT Id FROM RecordType WHERE IsPersonType = true')
  const RecordTypeId = read(types, 0, 'Id')
  const nameless = await org.call('POST /sobjects/Account', { RecordTypeId })
  assert.deepEqual(refusal(nameless.body)[1], 'Required fields are missing: [LastName]')
  const named = await org.call('POST /sobjects/Account', { RecordTypeId, Name: 'Ann Doe' })
  assert.equal(refusal(named.body)[1], 'Account: bad field names on insert/update call: Name')
})

test('a lead without a company becomes a person, its account and contact saved once each', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  const made = await org.call('POST /sobjects/Lead', { LastName: 'Doe', Email: 'ann@x.example' })
  const leadId = String(read(made.body, 'id'))
  const [converted] = org.admin.act({ ops: [{ op: 'convert', leadId }] })
  assert.equal(converted?.ok, true)
  const account = await query(org, 'SELECT IsPersonAccount, PersonEmail, PersonContactId FROM Account')
  assert.deepEqual(
    [read(account, 0, 'IsPersonAccount'), read(account, 0, 'PersonEmail')],
    [true, 'ann@x.example'],
  )
  const lead = await query(org, 'SELECT ConvertedContactId FROM Lead')
  assert.equal(read(lead, 0, 'ConvertedContactId'), read(account, 0, 'PersonContactId'))
  for (const object of ['Account', 'Contact']) {
    const [record] = org.admin.records(object)
    assert.deepEqual(
      org.admin.history(record?.id ?? '').map(({ event }) => event),
      ['create'],
    )
  }
})

test('people are merged by their accounts, and their contacts with them', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  const make = async (values: object): Promise<string> =>
    String(read((await org.call('POST /sobjects/Account', values)).body, 'id'))
  const [winnerId, loserId, business] = [
    await make({ LastName: 'Doe' }),
    await make({ LastName: 'Do' }),
    await make({ Name: 'Acme' }),
  ]
  const merge = (loserIds: string[]): boolean | undefined =>
    org.admin.act({ ops: [{ op: 'merge', winnerId, loserIds }] })[0]?.ok
  assert.equal(merge([business]), false)
  assert.equal(merge([loserId]), true)
  const contacts = await query(org, 'SELECT Name, AccountId FROM Contact')
  assert.deepEqual(
    [read(contacts, 0, 'Name'), read(contacts, 0, 'AccountId'), read(contacts, 1)],
    ['Doe', winnerId, undefined],
  )
})
