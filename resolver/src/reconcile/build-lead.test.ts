import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LoadedEvent } from '../reads/read-events.ts'
import { NO_NODE } from '../identity/fact-source.ts'
import { foldTraits } from '../profile/fold-traits.ts'
import { buildLeadRow, buildSessions } from './build-lead.ts'

const NOON_MS = Date.UTC(2026, 10, 2, 12)
const at = (minute: number, more: Partial<LoadedEvent> = {}): LoadedEvent => ({
  messageId: `m${minute}`,
  timeMs: NOON_MS + minute * 60_000,
  node: 'cookie',
  mail: NO_NODE,
  anon: 'cookie',
  impersonated: false,
  day: '2026-11-02',
  type: 'page',
  event: '',
  name: '',
  url: '',
  title: '',
  referrer: '',
  userAgent: '',
  country: '',
  campaign: {},
  stamp: undefined,
  imported: false,
  ...more,
})

const judgement = {
  stage: 'qualified',
  stage_at: '2026-11-02 12:01:00.000',
  first_touch: '{}',
  last_touch: '{}',
  lead_touch: '{}',
  score: 1.5,
  score_at: '2026-11-02 12:09:00.000',
  score_half_life_s: 60,
  score_parts: '{}',
  assigned_owner: '',
}

const parts = {
  workspace: 3,
  lead: 'lead',
  isIdentified: true,
  isQuarantined: false,
  mailbox: { contactId: 'contact', address: 'ann@acme.io', isRole: false },
  companyId: 'company',
  profile: foldTraits([]),
  events: [at(5), at(1), at(9, { type: 'group' })],
  sessions: 1,
  judgement,
}

describe('the row of a lead', () => {
  test('says who it is, and when and how often it was seen', () => {
    assert.deepEqual(buildLeadRow(parts), {
      ws: 3,
      lead_id: 'lead',
      contact_id: 'contact',
      company_id: 'company',
      primary_email: 'ann@acme.io',
      name: '',
      identified: 1,
      quarantined: 0,
      role: 0,
      first_seen: '2026-11-02 12:01:00.000',
      last_seen: '2026-11-02 12:09:00.000',
      sessions: 1,
      events: 3,
      traits: '{}',
      provenance: '{}',
      ...judgement,
      gone: 0,
    })
  })

  test('without a mailbox it is its own contact', () => {
    const { contact_id, primary_email } = buildLeadRow({ ...parts, mailbox: undefined })
    assert.deepEqual([contact_id, primary_email], ['lead', ''])
  })

  test('tells that it is in quarantine', () => {
    assert.equal(buildLeadRow({ ...parts, isQuarantined: true }).quarantined, 1)
  })

  test('tells the mailbox of a function', () => {
    assert.equal(buildLeadRow({ ...parts, mailbox: { ...parts.mailbox, isRole: true } }).role, 1)
  })
})

test('a session lasts from second to second, as its times are read', () => {
  const second = 1 / 60
  const [session] = buildSessions(
    [at(0.9 * second), at(4.1 * second)],
    { workspace: 3, lead: 'lead' },
    { timeoutMs: 60_000, sessionId: () => 'session' },
  )
  assert.equal(session?.row.duration_s, 4)
})

test('a session is named after its earliest event, and lasts until its latest', () => {
  const [first, second, ...others] = buildSessions(
    [at(40), at(12.51), at(0), at(5, { type: 'group' })],
    { workspace: 3, lead: 'lead' },
    { timeoutMs: 20 * 60_000, sessionId: (messageId) => `session of ${messageId}` },
  )
  assert.equal(others.length, 0)
  assert.ok(first && second)
  const { ws, lead_id, session_id, started_at, ended_at, duration_s, events, gone } = first.row
  assert.deepEqual([ws, lead_id, session_id, gone], [3, 'lead', 'session of m0', 0])
  assert.deepEqual([started_at, ended_at], ['2026-11-02 12:00:00.000', '2026-11-02 12:12:30.600'])
  assert.deepEqual([duration_s, events], [750, 2])
  assert.deepEqual(
    first.events.map(({ messageId }) => messageId),
    ['m0', 'm12.51'],
  )
  assert.equal(second.row.session_id, 'session of m40')
})
