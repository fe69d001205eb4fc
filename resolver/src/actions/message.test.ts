import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { leadMessageSchema, type LeadMessage } from './lead-message.ts'
import { findPause } from './retry-table.ts'
import { signMessage } from './sign-message.ts'
import { buildSlackMessage } from './slack-message.ts'

const MESSAGE: LeadMessage = leadMessageSchema.parse({
  type: 'lead.qualified',
  timestamp: '2026-11-21T10:00:00.000Z',
  data: {
    lead: {
      id: 'l1',
      contactId: 'c1',
      email: 'ann@acme.example',
      name: 'Ann <!channel> & Co',
      stage: 'hot',
      score: 12.5,
      owner: '',
      firstSeen: '2026-11-21T10:00:00.000Z',
      lastSeen: '2026-11-21T10:00:00.000Z',
      sessions: 2,
      events: 9,
      traits: { plan: { name: 'Team' }, note: 'one\ntwo' },
    },
    company: null,
    rule: { name: 'Signed Up', facts: {} },
    stage: 'hot',
    event: {
      messageId: 'm1',
      type: 'track',
      name: 'Signed Up',
      url: '',
      timestamp: '2026-11-21T09:59:59.000Z',
      properties: { seats: 3 },
    },
  },
})

test('a signature is that of the published example of Standard Webhooks', () => {
  assert.deepEqual(
    signMessage('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      atMs: 1_614_265_330_400,
      body: '{"test": 2432232314}',
    }),
    {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
  )
})

describe('a message for Slack', () => {
  const target = { url: 'https://hooks.example/x', text: '*{{lead.name}}* of {{ company.name }}: {{stage}}' }
  const parse = (text: string): unknown => JSON.parse(text)

  test('has values for names, and what visitors typed is no markup', () => {
    assert.deepEqual(parse(buildSlackMessage(target, MESSAGE)), {
      text: '*Ann &lt;!channel&gt; &amp; Co* of : hot',
    })
  })

  test('reaches into traits and properties, keeps one line a line, and fills blocks', () => {
    const blocks = [
      { type: 'section', text: { type: 'mrkdwn', text: '{{lead.traits.plan.name}}, {{lead.traits.note}}' } },
    ]
    const text = '{{event.properties.seats}} {{event.at}} {{lead.traits.constructor}} {{lead.score}}'
    assert.deepEqual(parse(buildSlackMessage({ ...target, text, blocks }, MESSAGE)), {
      text: '3 2026-11-21T09:59:59.000Z  12.5',
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Team, one two' } }],
    })
  })
})

describe('the pause after a failed try', () => {
  const minutes = (failed: number, more: { retryAfterMs?: number; random?: number } = {}) =>
    (findPause(failed, { random: 0, ...more }) ?? Number.NaN) / 60_000

  test('grows as Standard Webhooks has it, and there are seven tries', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6].map((failed) => minutes(failed)),
      [5 / 60, 5, 30, 120, 300, 600],
    )
    assert.equal(findPause(7, { random: 0 }), undefined)
  })

  test('is spread by a tenth, and never shorter than the receiver asks for, up to a day', () => {
    assert.equal(minutes(2, { random: 1 }), 5.5)
    assert.equal(minutes(1, { retryAfterMs: 7 * 60_000 }), 7)
    assert.equal(minutes(2, { retryAfterMs: 1000 }), 5)
    assert.equal(minutes(1, { retryAfterMs: 90 * 24 * 3_600_000 }), 24 * 60)
  })
})
