import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zipSync } from 'fflate'
import jsforce from 'jsforce'
import { callJson, read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'

function connect(org: TestOrg): InstanceType<typeof jsforce.Connection> {
  return new jsforce.Connection({ instanceUrl: org.url, accessToken: org.token, version: '62.0' })
}

const FIELD = { fullName: 'Lead.Score__c', label: 'Score', type: 'Number', precision: 18, scale: 0 }
const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value)

test('a field made through jsforce is there for nobody until it is granted', async (t) => {
  const org = await startTestOrg(t)
  const connection = connect(org)
  assert.equal(read(firstOf(await connection.metadata.create('CustomField', [FIELD])), 'success'), true)
  const again = firstOf(await connection.metadata.create('CustomField', [FIELD]))
  const error = firstOf(read(again, 'errors'))
  assert.deepEqual(
    [read(error, 'statusCode'), read(error, 'message')],
    ['DUPLICATE_DEVELOPER_NAME', 'There is already a field named Score on Lead.'],
  )
  const names = async (): Promise<string[]> =>
    (await connection.describe('Lead')).fields.map(({ name }) => name)
  assert.ok(!(await names()).includes('Score__c'))
  const refused = await org.call('POST /sobjects/Lead', { LastName: 'a', Company: 'b', Score__c: 1 })
  assert.equal(read(refused.body, 0, 'errorCode'), 'INVALID_FIELD')
  await connection.metadata.create('PermissionSet', [
    {
      fullName: 'Scores',
      label: 'Scores',
      fieldPermissions: [{ field: 'Lead.Score__c', readable: true, editable: true }],
    },
  ])
  const { records } = await connection.query<{ Id: string }>(
    "SELECT Id FROM PermissionSet WHERE Name = 'Scores'",
  )
  const [user] = org.admin.records('User', "LastName = 'Integration'")
  const assignment = { AssigneeId: user?.id, PermissionSetId: records[0]?.Id }
  assert.equal((await org.call('POST /sobjects/PermissionSetAssignment', assignment)).status, 201)
  const twice = await org.call('POST /sobjects/PermissionSetAssignment', assignment)
  assert.equal(read(twice.body, 0, 'errorCode'), 'DUPLICATE_VALUE')
  assert.ok((await names()).includes('Score__c'))
  const saved = await org.call('POST /sobjects/Lead', { LastName: 'a', Company: 'b', Score__c: 1 })
  assert.equal(saved.status, 201)
})

test('metadata is read, listed, changed by parts and deleted', async (t) => {
  const org = await startTestOrg(t)
  const { metadata } = connect(org)
  const found = firstOf(await metadata.read('CustomField', ['Lead.Leadline_Id__c']))
  assert.deepEqual([read(found, 'type'), read(found, 'externalId')], ['Text', true])
  const sets = await metadata.list({ type: 'PermissionSet' })
  assert.deepEqual(
    new Set(sets.map(({ fullName }) => fullName)),
    new Set(['Leadline_Integration', 'Leadline_Viewer']),
  )
  const change = { fullName: 'Lead.Leadline_Stage__c', label: 'Stage of interest' }
  assert.equal(read(firstOf(await metadata.update('CustomField', [change])), 'success'), true)
  const changed = firstOf(await metadata.read('CustomField', ['Lead.Leadline_Stage__c']))
  assert.equal(read(changed, 'label'), 'Stage of interest')
  assert.equal(
    read(firstOf(await metadata.delete('CustomField', ['Lead.Leadline_Stage__c'])), 'success'),
    true,
  )
  assert.equal(
    read((await org.call('GET /query?q=SELECT+Leadline_Stage__c+FROM+Lead')).body, 0, 'errorCode'),
    'INVALID_FIELD',
  )
})

test('without the right to customize the metadata API is shut', async (t) => {
  const org = await startTestOrg(t)
  org.admin.permissions({ system: { ModifyMetadata: false } })
  await assert.rejects(connect(org).metadata.create('CustomField', [FIELD]), {
    name: 'sf:INSUFFICIENT_ACCESS',
  })
})

test('a dead session is a fault', async (t) => {
  const org = await startTestOrg(t)
  org.admin.auth.expire()
  await assert.rejects(connect(org).metadata.list({ type: 'CustomObject' }), {
    name: 'sf:INVALID_SESSION_ID',
  })
})

test('jsforce converts a lead', async (t) => {
  const org = await startTestOrg(t)
  const made = await org.call('POST /sobjects/Lead', { LastName: 'Doe', Company: 'Acme' })
  const leadId = String(read(made.body, 'id'))
  const result = firstOf(
    await connect(org).soap.convertLead([
      { leadId, convertedStatus: 'Closed - Converted', doNotCreateOpportunity: true },
    ]),
  )
  assert.equal(String(read(result, 'success')), 'true')
  const [lead] = org.admin.records('Lead')
  assert.equal(lead?.values['ConvertedContactId'], read(result, 'contactId'))
  assert.equal(lead?.values['ConvertedOpportunityId'], null)
  const again = firstOf(
    await connect(org).soap.convertLead([{ leadId, convertedStatus: 'Closed - Converted' }]),
  )
  assert.equal(read(firstOf(read(again, 'errors')), 'statusCode'), 'CANNOT_UPDATE_CONVERTED_LEAD')
})

async function soap(org: TestOrg, body: string): Promise<string> {
  const envelope = `<?xml version="1.0"?><se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Header><SessionHeader xmlns="urn:partner.soap.sforce.com"><sessionId>${org.token}</sessionId></SessionHeader></se:Header><se:Body>${body}</se:Body></se:Envelope>`
  const init = { method: 'POST', body: envelope, headers: { 'content-type': 'text/xml', soapaction: '""' } }
  return String((await callJson(`${org.url}/services/Soap/u/62.0`, init)).body)
}

test('merge moves the children, bins the losers, and undelete brings one back', async (t) => {
  const org = await startTestOrg(t)
  const ids = ['a', 'b'].map((name) => {
    const [made] = org.admin.act({ ops: [{ op: 'create', object: 'Account', values: { Name: name } }] })
    return made?.ok ? (made.ids['id'] ?? '') : ''
  })
  const [winner = '', loser = ''] = ids
  org.admin.act({ ops: [{ op: 'create', object: 'Contact', values: { LastName: 'Doe', AccountId: loser } }] })
  const merged = await soap(
    org,
    `<merge xmlns="urn:partner.soap.sforce.com"><request><masterRecord><type>Account</type><Id>${winner}</Id><Phone>1</Phone></masterRecord><recordToMergeIds>${loser}</recordToMergeIds></request></merge>`,
  )
  assert.match(merged, /<success>true<\/success>/)
  assert.equal(org.admin.records('Contact')[0]?.values['AccountId'], winner)
  const [kept, gone] = org.admin.records('Account')
  assert.deepEqual([kept?.values['Phone'], gone?.values['MasterRecordId']], ['1', winner])
  assert.notEqual(gone?.deletedAtMs, null)
  assert.match(await soap(org, `<undelete><ids>${loser}</ids></undelete>`), /<success>true<\/success>/)
  assert.equal(org.admin.records('Account')[1]?.deletedAtMs, null)
})

test('the tooling API makes fields and knows them', async (t) => {
  const org = await startTestOrg(t)
  const Metadata = { type: 'Text', label: 'Nick', length: 40, externalId: false }
  const made = await org.call('POST /tooling/sobjects/CustomField', { FullName: 'Contact.Nick__c', Metadata })
  assert.deepEqual([made.status, read(made.body, 'success')], [201, true])
  const q =
    "SELECT QualifiedApiName, DataType FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Contact' AND QualifiedApiName = 'Nick__c'"
  const found = await org.call(`GET /tooling/query?q=${encodeURIComponent(q)}`)
  assert.deepEqual([read(found.body, 'totalSize'), read(found.body, 'records', 0, 'DataType')], [1, 'string'])
})

test('a zip is checked without a trace, then deployed, and a wrong one changes nothing', async (t) => {
  const org = await startTestOrg(t)
  const zip = (object: string): Uint8Array<ArrayBuffer> =>
    zipSync({
      'package.xml': Buffer.from('<Package/>'),
      [`objects/${object}.object`]: Buffer.from(
        '<CustomObject><fields><fullName>Tier__c</fullName><label>Tier</label><type>Text</type><length>10</length></fields></CustomObject>',
      ),
    })
  const send = async (object: string, checkOnly: boolean): Promise<unknown> => {
    const form = new FormData()
    form.append(
      'json',
      new Blob([JSON.stringify({ deployOptions: { checkOnly } })], { type: 'application/json' }),
    )
    form.append('file', new Blob([zip(object)], { type: 'application/zip' }), 'deploy.zip')
    const headers = { authorization: `Bearer ${org.token}` }
    const url = `${org.url}/services/data/v62.0/metadata/deployRequest`
    return (await callJson(url, { method: 'POST', body: form, headers })).body
  }
  const known = async (): Promise<boolean> => {
    const q = "SELECT DurableId FROM CustomField WHERE DurableId = 'Account.Tier__c'"
    return read((await org.call(`GET /tooling/query?q=${encodeURIComponent(q)}`)).body, 'totalSize') === 1
  }
  assert.equal(read(await send('Account', true), 'deployResult', 'status'), 'Succeeded')
  assert.equal(await known(), false)
  assert.equal(read(await send('Nothing', false), 'deployResult', 'status'), 'Failed')
  const deployed = await send('Account', false)
  assert.equal(await known(), true)
  const status = await org.call(
    `GET /metadata/deployRequest/${String(read(deployed, 'id'))}?includeDetails=true`,
  )
  assert.equal(
    read(status.body, 'deployResult', 'details', 'componentSuccesses', 0, 'fullName'),
    'Account.Tier__c',
  )
})
