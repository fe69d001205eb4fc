import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Hono } from 'hono'
import { settingsSchema, type WorkspaceSettings } from '@leadline/contract'
import { createWarehouse } from '@leadline/warehouse'
import { openTestWarehouse, uuid, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { ADA, HOSTILE_COMPANY, MALLORY, NOW_MS, seed } from '../test-support/seed.ts'
import { createApp } from './app.ts'

const { workspaces } = settingsSchema.pick({ workspaces: true }).parse({
  workspaces: [
    {
      id: 1,
      slug: 'main',
      identityKey: 'identity-key-of-tests',
      writeKeys: [{ name: 'site', key: 'wk_tests_1' }],
      crm: {
        kind: 'salesforce',
        loginUrl: 'https://acme.my.salesforce.example/',
        clientId: 'i',
        clientSecret: 's',
      },
    },
    {
      id: 2,
      slug: 'other',
      identityKey: 'identity-key-of-others',
      writeKeys: [{ name: 'o', key: 'wk_tests_2' }],
    },
  ],
}) satisfies { workspaces: readonly WorkspaceSettings[] }

describe('the console', () => {
  const logged: string[] = []
  const log = { error: (message: string): number => logged.push(message) }
  let testWarehouse: TestWarehouse
  let app: Hono
  before(async () => {
    testWarehouse = await openTestWarehouse()
    await seed(testWarehouse.warehouse)
    app = createApp({ warehouse: testWarehouse.warehouse, workspaces, now: () => NOW_MS, log })
  })
  after(async () => await testWarehouse.stop())

  const get = async (path: string, host = '127.0.0.1:4401') => await app.request(`http://${host}${path}`)
  const read = async (path: string): Promise<string> => {
    const response = await get(path)
    assert.equal(response.status, 200, path)
    return (await response.text()).replace(/\s+/g, ' ')
  }
  const has = (page: string, ...texts: readonly string[]): void => {
    for (const text of texts) assert.ok(page.includes(text), `${text} is not on the page`)
  }
  const hasNot = (page: string, ...texts: readonly string[]): void => {
    for (const text of texts) assert.ok(!page.includes(text), `${text} is on the page`)
  }

  test('opens the first workspace', async () => {
    const response = await get('/')
    assert.equal(response.headers.get('location'), '/w/main')
  })

  test('refuses every host name that is not of this machine', async () => {
    for (const host of ['leadline.example', '192.168.0.7:4401', '127.0.0.1.evil.example', '0.0.0.0']) {
      assert.equal((await get('/w/main', host)).status, 403, host)
    }
    for (const host of ['127.0.0.1', 'localhost:4401', '[::1]:4401']) {
      assert.equal((await get('/healthz', host)).status, 200, host)
    }
  })

  test('forbids script, frames and foreign content, and is not kept by caches', async () => {
    const { headers } = await get('/w/main/leads')
    const policy = headers.get('content-security-policy') ?? ''
    has(policy, "default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'")
    hasNot(policy, 'unsafe', 'script-src')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal((await get('/icon.svg')).status, 200)
    assert.match((await get('/style.css')).headers.get('content-type') ?? '', /^text\/css/)
  })

  const pages = [
    '/w/main',
    '/w/main/leads?all=1&q=%22%3E%3Cscript%3E',
    '/w/main/leads',
    `/w/main/leads/${MALLORY.lead}`,
    `/w/main/leads/${MALLORY.lead}?q=%22%3E%3Cscript%3E&type=%3Cscript%3E`,
    '/w/main/companies',
    `/w/main/companies/${HOSTILE_COMPANY}`,
    '/w/main/funnel?days=%3Cscript%3E',
    '/w/main/events',
    '/w/main/deliveries',
    '/w/main/deliveries?q=%22%3E%3Cscript%3E&outcome=%3Cscript%3E&kind=%22onload=',
    '/w/%3Cscript%3E',
    '/%3Cscript%3E',
  ]
  for (const path of pages) {
    test(`escapes everything on ${path}`, async () => {
      const page = await (await get(path)).text()
      assert.doesNotMatch(page, /<script|<img|onerror=alert\(2\)>|style="|javascript:/i)
    })
  }

  test('counts on the overview, altogether and in the last hour', async () => {
    const page = await read('/w/main')
    has(page, '<dd>4</dd> <dd class="note">4 in the last hour</dd>', '2 identified, 62 in the last hour')
    has(page, 'href="/w/main/deliveries?outcome=created"')
    const later = createApp({
      warehouse: testWarehouse.warehouse,
      workspaces,
      now: () => NOW_MS + 7_200_000,
      log,
    })
    has(await (await later.request('http://localhost/w/main')).text(), '0 in the last hour')
  })

  test('keeps workspaces apart', async () => {
    has(await read('/w/other/leads'), 'Of another workspace')
    hasNot(await read('/w/other/leads'), 'Ada Byron')
    hasNot(await read('/w/main/leads?all=1'), 'Of another workspace')
    assert.equal((await get(`/w/other/leads/${ADA.lead}`)).status, 404)
    has(await read('/w/other'), 'No CRM is configured for this workspace.')
  })

  test('lists identified leads with company, owner and CRM object, and anonymous ones on demand', async () => {
    const page = await read('/w/main/leads')
    has(
      page,
      `/w/main/leads/${ADA.lead}`,
      'Ada Byron',
      'ada@harborline.example',
      'Harborline',
      'Grace',
      'qualified',
    )
    hasNot(page, 'Visitor')
    has(await read('/w/main/leads?all=1'), 'Visitor 00000000')
  })

  for (const q of ['byron', 'ADA@', 'harborline', ADA.lead]) {
    test(`finds a lead by ${q}`, async () => {
      const page = await read(`/w/main/leads?q=${encodeURIComponent(q)}`)
      has(page, 'Ada Byron')
      hasNot(page, '&lt;script')
    })
  }

  test('a search keeps the other choices of the page', async () => {
    has(await read('/w/main/leads?all=1&page=2'), '<input type="hidden" name="all" value="1" />')
    hasNot(await read('/w/main/leads?all=1&page=2'), 'name="page"')
  })

  test('says so when no lead fits', async () => {
    has(await read('/w/main/leads?q=nobody-of-that-name'), 'No lead fits.')
  })

  test('turns pages, each lead once', async () => {
    const idsOf = (page: string): string[] =>
      [...page.matchAll(/leads\/([0-9a-f-]{36})/g)].map(([, id = '']) => id)
    const first = await read('/w/main/leads?all=1')
    const second = await read('/w/main/leads?all=1&page=2')
    has(first, '?all=1&amp;page=2')
    has(second, '?all=1&amp;page=1')
    hasNot(second, 'page=3')
    const ids = [...idsOf(first), ...idsOf(second)]
    assert.equal(new Set(ids).size, 62)
    assert.equal(ids.length, 62)
    has(await read('/w/main/leads?all=1&page=-4'), 'Page 1')
  })

  test('shows one lead: profile, traits, sessions, timeline, record and deliveries', async () => {
    const page = await read(`/w/main/leads/${ADA.lead}`)
    has(page, 'Ada Byron', 'Harborline', 'harborline.example', 'plan', 'team', 'seats', '12', 'Grace')
    has(page, '3 min 5 s', 'https://site.example/pricing', 'google / cpc')
    has(page, 'Signed Up', 'Docs', 'https://site.example/docs')
    has(page, 'href="https://acme.my.salesforce.example/00Q000000000001"')
    has(page, 'upsert Lead', 'upsert Leadline_Activity__c', 'qualified', 'created')
    hasNot(page, 'DUPLICATES_DETECTED')
  })

  test('names a page without a name by its title', async () => {
    const page = await read(`/w/main/leads/${ADA.lead}`)
    has(page, 'Prices of all plans')
    hasNot(page, 'user-7')
  })

  test('shows where a lead came from, what it met and why, its score now, and who is online', async () => {
    const page = await read(`/w/main/leads/${ADA.lead}`)
    has(
      page,
      'paid_search / paid_search',
      '2026-11-20 09:00:00',
      '<strong>4</strong> now, halves every 14 days',
    )
    has(page, 'page views', '2.5', 'has a mail: has a mail, company.domain: harborline.example')
    has(page, 'webhook has a mail parked (HTTP 500 has a mail)')
    has(page, '2026-11-21 10:01:00', 'online')
    const later = createApp({
      warehouse: testWarehouse.warehouse,
      workspaces,
      now: () => NOW_MS + 1_800_000,
      log,
    })
    hasNot(await (await later.request(`http://localhost/w/main/leads/${ADA.lead}`)).text(), 'online')
  })

  test('filters the timeline of a lead and of a company', async () => {
    for (const path of [`/w/main/leads/${ADA.lead}`, `/w/main/companies/${ADA.company}`]) {
      has(await read(path), 'Signed Up', 'Docs')
      const tracks = await read(`${path}?type=track`)
      has(tracks, 'Signed Up', '<strong>track</strong>')
      hasNot(tracks, 'site.example/docs')
      has(await read(`${path}?q=doc`), 'site.example/docs')
      hasNot(await read(`${path}?q=doc`), 'Signed Up')
      has(await read(`${path}?q=no-such-event`), 'No event fits.')
    }
  })

  test('shows how far leads came, and what happened each day', async () => {
    const page = await read('/w/main/funnel?days=7')
    has(page, '<strong>7 days</strong>', 'Visitors', '62', 'Identified', 'qualified: has a mail', '1.6 %')
    has(page, '2026-11-21')
    const later = createApp({
      warehouse: testWarehouse.warehouse,
      workspaces,
      now: () => NOW_MS + 10 * 86_400_000,
      log,
    })
    has(
      await (await later.request('http://localhost/w/main/funnel?days=7')).text(),
      'Nobody came in this time.',
    )
  })

  test('an event that is not resolved yet is on the timeline of its identifier', async () => {
    has(await read(`/w/main/leads/${MALLORY.lead}`), '&lt;script&gt;', 'Timeline', 'DUPLICATES_DETECTED')
  })

  test('lists companies with their leads', async () => {
    const page = await read('/w/main/companies?q=harbor')
    has(page, 'Harborline', `/w/main/leads?company=${ADA.company}`)
    hasNot(page, '&lt;script')
    const leads = await read(`/w/main/leads?company=${ADA.company}&all=1`)
    has(leads, 'Ada Byron')
    hasNot(leads, 'Visitor')
  })

  test('lists events as they come in, finds them, and follows them without script', async () => {
    const page = await read('/w/main/events')
    has(page, 'Signed Up', `/w/main/leads/${ADA.lead}`)
    hasNot(page, 'http-equiv')
    has(await read('/w/main/events?live=1'), '<meta http-equiv="refresh" content="3" />')
    for (const q of ['m-2', 'user-7', 'signed']) {
      const found = await read(`/w/main/events?q=${q}`)
      has(found, 'Signed Up')
      hasNot(found, 'Docs')
    }
  })

  test('filters deliveries by outcome, kind and text', async () => {
    const failed = await read('/w/main/deliveries?outcome=failed')
    has(failed, 'DUPLICATES_DETECTED', '<option selected>failed</option>')
    hasNot(failed, 'upsert Leadline_Activity__c')
    const sessions = await read('/w/main/deliveries?kind=session')
    has(sessions, 'upsert Leadline_Activity__c')
    hasNot(sessions, 'upsert Lead<')
    hasNot(await read('/w/main/deliveries?q=DUPLICATES'), 'upsert Leadline_Activity__c')
    has(await read('/w/main/deliveries?q=nothing-like-it'), 'No delivery fits.')
  })

  for (const path of [
    '/w/nowhere',
    '/w/main/nothing',
    `/w/main/leads/${uuid(999)}`,
    '/w/main/leads/not-an-id',
    `/w/main/companies/${uuid(999)}`,
    '/w/main/companies/not-an-id',
  ]) {
    test(`answers 404 to ${path}`, async () => {
      assert.equal((await get(path)).status, 404)
    })
  }

  test('only reads: a POST finds nothing', async () => {
    assert.equal((await app.request('http://localhost/w/main/leads', { method: 'POST' })).status, 404)
  })

  test('says so, and logs it, when ClickHouse cannot be reached', async () => {
    logged.length = 0
    const warehouse = createWarehouse({
      url: 'http://127.0.0.1:1',
      user: 'u',
      password: 'p',
      retryLimitMs: 1,
    })
    const cut = createApp({ warehouse, workspaces, now: () => NOW_MS, log })
    const response = await cut.request('http://localhost/w/main')
    assert.equal(response.status, 503)
    has(await response.text(), 'ClickHouse cannot be reached')
    assert.deepEqual(logged, ['a page could not be made'])
    await warehouse.close()
  })
})
