import assert from 'node:assert/strict'
import { test } from 'node:test'
import { INTEGRATION_USERNAME } from '../index.ts'
import { read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'

const LEAD = { LastName: 'Doe', Company: 'Acme' }
const PARTNER = {
  fullName: 'Partner',
  label: 'Partner Lead',
  picklistValues: [{ picklist: 'Rating', values: [{ fullName: 'Hot', default: true }] }],
}

async function query(org: TestOrg, soql: string): Promise<unknown> {
  const { status, body } = await org.call(`GET /query?q=${encodeURIComponent(soql)}`)
  assert.equal(status, 200, JSON.stringify(body))
  return read(body, 'records')
}

async function idOf(org: TestOrg, name: string): Promise<string> {
  const found = await query(org, `SELECT Id FROM RecordType WHERE DeveloperName = '${name}'`)
  return String(read(found, 0, 'Id'))
}

test('an object has no RecordTypeId before it has record types, and its describe only the master', async (t) => {
  const org = await startTestOrg(t)
  const refused = await org.call('GET /query?q=SELECT+RecordTypeId+FROM+Lead')
  assert.equal(read(refused.body, 0, 'errorCode'), 'INVALID_FIELD')
  const { body } = await org.call('GET /sobjects/Lead/describe')
  const infos = read(body, 'recordTypeInfos')
  assert.deepEqual(
    [read(infos, 0, 'developerName'), read(infos, 0, 'defaultRecordTypeMapping'), read(infos, 1)],
    ['Master', true, undefined],
  )
})

test('a new record gets its user’s record type, and what that says of its picklists', async (t) => {
  const org = await startTestOrg(t)
  org.admin.schema.putRecordType('Lead', PARTNER)
  org.admin.schema.putRecordType('Lead', { fullName: 'Direct', label: 'Direct Lead' })
  org.admin.permissions({ user: INTEGRATION_USERNAME, recordType: 'Lead.Direct', isDefault: true })
  const { body } = await org.call('GET /sobjects/Lead/describe')
  const infos = read(body, 'recordTypeInfos')
  assert.deepEqual(
    [0, 1, 2].map((index) => [
      read(infos, index, 'name'),
      read(infos, index, 'defaultRecordTypeMapping'),
      read(infos, index, 'available'),
    ]),
    [
      ['Partner Lead', false, true],
      ['Direct Lead', true, true],
      ['Master', false, true],
    ],
  )
  const partner = await idOf(org, 'Partner')
  assert.equal(read(infos, 0, 'recordTypeId'), partner)
  await org.call('POST /sobjects/Lead', LEAD)
  await org.call('POST /sobjects/Lead', { ...LEAD, RecordTypeId: partner.slice(0, 15) })
  await org.call('POST /sobjects/Lead', { ...LEAD, RecordTypeId: '012000000000000AAA' })
  const leads = await query(org, 'SELECT RecordType.DeveloperName, RecordTypeId, Rating FROM Lead')
  assert.deepEqual(
    [0, 1, 2].map((index) => [
      read(leads, index, 'RecordType', 'DeveloperName'),
      read(leads, index, 'RecordTypeId'),
      read(leads, index, 'Rating'),
    ]),
    [
      ['Direct', await idOf(org, 'Direct'), null],
      ['Partner', partner, 'Hot'],
      [undefined, null, null],
    ],
  )
})

test('a record type of another object, or one that is closed, is not valid for the user', async (t) => {
  const org = await startTestOrg(t)
  org.admin.schema.putRecordType('Lead', PARTNER)
  org.admin.schema.putRecordType('Account', { fullName: 'Reseller', label: 'Reseller' })
  const [partner, reseller] = [await idOf(org, 'Partner'), await idOf(org, 'Reseller')]
  const give = async (RecordTypeId: string): Promise<unknown> =>
    (await org.call('POST /sobjects/Lead', { ...LEAD, RecordTypeId })).body
  const refusal = (id: string): unknown => [
    {
      message: `Record Type ID: this ID value isn't valid for the user: ${id}`,
      errorCode: 'INVALID_CROSS_REFERENCE_KEY',
      fields: ['RecordTypeId'],
    },
  ]
  assert.deepEqual(await give(reseller), refusal(reseller))
  org.admin.permissions({ user: INTEGRATION_USERNAME, recordType: 'Lead.Partner', visible: false })
  assert.deepEqual(await give(partner), refusal(partner))
  org.admin.permissions({ user: INTEGRATION_USERNAME, recordType: 'Lead.Partner', visible: true })
  assert.equal(read(await give(partner), 'success'), true)
  org.admin.schema.putRecordType('Lead', { ...PARTNER, active: false })
  assert.deepEqual(await give(partner), refusal(partner))
})
