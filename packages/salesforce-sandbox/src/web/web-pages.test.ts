import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'
import { REP_USERNAME, QUEUE_NAME } from '../index.ts'

async function page(org: TestOrg, path: string): Promise<{ status: number; html: string; headers: Headers }> {
  const response = await fetch(org.url + path)
  return { status: response.status, html: await response.text(), headers: response.headers }
}

async function submit(
  org: TestOrg,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await fetch(`${org.url}/web/act`, {
    method: 'POST',
    redirect: 'manual',
    headers,
    body: new URLSearchParams(form),
  })
}

function createLead(org: TestOrg, values: Record<string, string> = {}): string {
  const [result] = org.admin.act({
    as: REP_USERNAME,
    ops: [
      {
        op: 'create',
        object: 'Lead',
        values: { LastName: 'Doe', FirstName: 'Ann', Company: 'Acme', ...values },
      },
    ],
  })
  assert.ok(result?.ok)
  return String(result.ids['id'])
}

async function addActivity(org: TestOrg, values: Record<string, unknown>): Promise<void> {
  const reply = await org.call('POST /sobjects/Leadline_Activity__c', {
    Leadline_Start__c: '2026-11-19T10:00:00Z',
    Leadline_End__c: '2026-11-19T10:12:00Z',
    Leadline_Pages__c: 5,
    Leadline_Events__c: 7,
    ...values,
  })
  assert.equal(reply.status, 201)
}

test('the home page lists records, and search narrows them', async (t) => {
  const org = await startTestOrg(t)
  const ann = createLead(org)
  const bob = createLead(org, { FirstName: 'Bob', LastName: 'Roe', Company: 'Globex' })
  const home = await page(org, '/')
  assert.ok(home.html.includes(`href="/${ann}"`) && home.html.includes(`href="/${bob}"`))
  const found = await page(org, '/?q=globex')
  assert.ok(!found.html.includes(`href="/${ann}"`) && found.html.includes(`href="/${bob}"`))
})

test('a record page shows header, details and the package fields', async (t) => {
  const org = await startTestOrg(t)
  const id = createLead(org, { Email: 'ann@acme.example' })
  await org.call(`PATCH /sobjects/Lead/${id}`, { Leadline_Source__c: 'google / cpc' })
  for (const path of [`/${id}`, `/${id.slice(0, 15)}`, `/lightning/r/Lead/${id}/view`]) {
    const { status, html } = await page(org, path)
    assert.equal(status, 200)
    for (const text of [
      'Ann Doe',
      'Acme',
      'ann@acme.example',
      'Rae Rep',
      'Open - Not Contacted',
      'google / cpc',
    ]) {
      assert.ok(html.includes(text), `${path} lacks ${text}`)
    }
  }
  assert.equal((await page(org, '/00Q000000000999EAA')).status, 404)
})

test('the timeline shows sessions by month and open tasks as upcoming', async (t) => {
  const org = await startTestOrg(t)
  const id = createLead(org)
  await addActivity(org, {
    Leadline_Lead__c: id,
    Leadline_Summary__c: 'Read the pricing page',
    Leadline_Url__c: 'https://console.example/s/1',
  })
  await addActivity(org, {
    Leadline_Lead__c: id,
    Leadline_Start__c: '2026-10-02T08:00:00Z',
    Leadline_End__c: null,
  })
  org.admin.act({
    ops: [
      {
        op: 'create',
        object: 'Task',
        values: { WhoId: id, Subject: 'Call back', ActivityDate: '2026-11-23' },
      },
    ],
  })
  const { html } = await page(org, `/${id}`)
  const order = [
    'Upcoming',
    '<div class="when">Nov 23</div>',
    'Call back',
    'November • 2026',
    'This Month',
    'Read the pricing page',
    'October • 2026',
    'Last Month',
  ]
  const places = order.map((text) => html.indexOf(text))
  assert.ok(
    places.every((place, index) => place > (places[index - 1] ?? 0)),
    JSON.stringify(places),
  )
  assert.ok(html.includes('5 pages · 7 events · 12 min'))
  assert.ok(html.includes('href="https://console.example/s/1"'))
})

test('an account shows the activity of its people', async (t) => {
  const org = await startTestOrg(t)
  const leadId = createLead(org)
  const [made] = org.admin.act({ ops: [{ op: 'create', object: 'Account', values: { Name: 'Acme' } }] })
  assert.ok(made?.ok)
  const accountId = String(made.ids['id'])
  await addActivity(org, {
    Leadline_Lead__c: leadId,
    Leadline_Account__c: accountId,
    Leadline_Summary__c: 'Signed up',
  })
  const { html } = await page(org, `/${accountId}`)
  assert.ok(html.includes('Signed up'))
  assert.ok(html.includes(`by <a href="/${leadId}">Ann Doe</a>`))
})

test('everything that comes from records is escaped, and links lead only to web pages', async (t) => {
  const org = await startTestOrg(t)
  const evil = '<script>alert(1)</script>"\'&'
  const id = createLead(org, { LastName: evil, Company: evil, Website: 'javascript:alert(1)' })
  await addActivity(org, {
    Leadline_Lead__c: id,
    Leadline_Summary__c: evil,
    Leadline_Url__c: 'javascript:alert(2)',
  })
  for (const path of ['/', `/${id}`, `/?q=${encodeURIComponent(evil)}`]) {
    const { html, headers } = await page(org, path)
    assert.ok(!html.includes('<script'), path)
    assert.ok(!html.includes('href="javascript'), path)
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/)
  }
})

test('only a live page loads itself again', async (t) => {
  const org = await startTestOrg(t)
  const id = createLead(org)
  for (const path of ['/', `/${id}`]) {
    assert.ok(!(await page(org, path)).html.includes('http-equiv="refresh"'))
    assert.ok((await page(org, `${path}?live=1`)).html.includes('http-equiv="refresh" content="2"'))
  }
})

test('a rep edits fields, and only what changed is written', async (t) => {
  const org = await startTestOrg(t)
  const id = createLead(org, { Title: 'CTO' })
  const done = await submit(org, { op: 'update', id, LastName: 'Doe', Company: 'Acme Inc', Title: '' })
  assert.equal(done.status, 303)
  assert.equal(done.headers.get('location'), `/${id}`)
  const last = org.admin.history(id).at(-1)
  assert.deepEqual(last?.changes, {
    Company: { from: 'Acme', to: 'Acme Inc' },
    Title: { from: 'CTO', to: null },
  })
  assert.equal(last?.via, 'ui')
  const [rep] = org.admin.records('User', `Username = '${REP_USERNAME}'`)
  assert.equal(last?.by, rep?.id)
})

test('a refused edit says why and changes nothing', async (t) => {
  const org = await startTestOrg(t)
  const id = createLead(org)
  const refused = await submit(org, { op: 'update', id, Company: '' })
  assert.equal(refused.status, 400)
  assert.match(await refused.text(), /Required fields are missing: \[Company\]/)
  assert.equal(org.admin.history(id).length, 1)
})

test('a rep gives a lead to a queue and converts it', async (t) => {
  const org = await startTestOrg(t)
  const id = createLead(org)
  const [queue] = org.admin.records('Group', `Name = '${QUEUE_NAME}'`)
  await submit(org, { op: 'transfer', id, OwnerId: queue?.id ?? '' })
  assert.ok((await page(org, `/${id}`)).html.includes(`<dd data-field="OwnerId">${QUEUE_NAME}</dd>`))
  const converted = await submit(org, { op: 'convert', id, opportunityName: 'Big deal' })
  const contact = await page(org, converted.headers.get('location') ?? '')
  assert.ok(contact.html.includes('Ann Doe') && contact.html.includes('Acme'))
  assert.match((await page(org, `/${id}`)).html, /This lead was converted/)
  assert.equal((await submit(org, { op: 'update', id, Company: 'X' })).status, 400)
})

test('forms of the page itself pass: its referrer policy lets browsers name its origin', async (t) => {
  const org = await startTestOrg(t)
  const id = createLead(org)
  const { headers } = await fetch(`${org.url}/${id}`)
  assert.equal(headers.get('referrer-policy'), 'same-origin')
  assert.equal((await submit(org, { op: 'update', id, Company: 'X' }, { origin: org.url })).status, 303)
})

test('forms sent by other sites are refused', async (t) => {
  const org = await startTestOrg(t)
  const id = createLead(org)
  const refused = await submit(org, { op: 'update', id, Company: 'X' }, { origin: 'https://evil.example' })
  assert.equal(refused.status, 403)
  assert.equal(org.admin.history(id).length, 1)
})

test('the rep deletes a record and brings it back', async (t) => {
  const org = await startTestOrg(t)
  const id = createLead(org)
  assert.equal((await submit(org, { op: 'delete', id })).status, 303)
  const gone = await page(org, `/${id}`)
  assert.ok(gone.html.includes('in the recycle bin') && gone.html.includes('>Undelete<'))
  await submit(org, { op: 'undelete', id })
  assert.equal(org.admin.records('Lead')[0]?.deletedAtMs, null)
})

test('the rep merges leads that look alike, or reads why it cannot be', async (t) => {
  const org = await startTestOrg(t)
  const [winner, loser] = [createLead(org), createLead(org)]
  assert.ok((await page(org, `/${winner}`)).html.includes(`<option value="${loser}">Ann Doe</option>`))
  const refused = await submit(org, { op: 'merge', id: winner, loserIds: winner })
  assert.match(await refused.text(), /merge needs one winner and one or two others/)
  const merged = await submit(org, {
    op: 'merge',
    id: winner,
    loserIds: `${org.url}/lightning/r/Lead/${loser}/view`,
  })
  assert.equal(merged.headers.get('location'), `/${winner}`)
  assert.equal(org.admin.records('Lead')[1]?.values['MasterRecordId'], winner)
})
