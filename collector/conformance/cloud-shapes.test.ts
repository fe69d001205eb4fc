import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { EVENT_TYPES } from '@leadline/contract'
import {
  basic,
  publicKey,
  signedKey,
  startTestCollector,
  webhookSecret,
} from '../test-support/test-collector.ts'
import { specSet } from '../test-support/spec-set.ts'
import { byType, untilStored } from '../test-support/stored-events.ts'

/** The bodies that Segment's Ripe destination builds; `context.page` and `name` as its mappings fill them. */
const { identify, track, page, group } = specSet
const pageOf = {
  url: 'https://acme.example/preise',
  path: '/preise',
  search: '',
  referrer: '',
  title: 'Preise',
}
const messageId = 'ajs-71f386523ee5dfa90c7d0fda28b6b5c6'
const base = { anonymousId: 'anon-1', timestamp: identify.timestamp, messageId, context: identify.context }

const ripeBodies = {
  identify: { ...base, userId: 'user-ä-1', traits: identify.traits },
  track: {
    ...base,
    userId: null,
    event: track.event,
    name: track.event,
    properties: track.properties,
  },
  page: {
    ...base,
    userId: null,
    context: { ...page.context, page: pageOf },
    properties: page.properties,
    name: page.name,
  },
  group: { ...base, userId: 'user-ä-1', groupId: group.groupId, traits: group.traits },
} as const

for (const [type, body] of Object.entries(ripeBodies)) {
  test(`Segment's Ripe destination, ${type}: what is stored is what was sent`, async (t) => {
    const collector = await startTestCollector(t)
    const text = JSON.stringify(body)
    const answer = await collector.post(`/event/${type}`, text, basic(publicKey, ''))
    assert.equal(answer.status, 200)
    const [stored] = await untilStored(collector, 1)
    assert.deepEqual(stored?.event, { ...body, type })
    assert.equal(stored?.envelope.dialect, 'ripe')
  })
}

test("Segment's webhook destination: what is stored is what was sent, of every type", async (t) => {
  const collector = await startTestCollector(t)
  const events = EVENT_TYPES.map((type) => ({
    ...specSet[type],
    channel: 'client',
    messageId: `m-${type}`,
    receivedAt: '2026-03-01T09:00:02.000Z',
    sentAt: null,
    version: 2,
  }))
  for (const event of events) {
    const text = JSON.stringify(event)
    const signature = createHmac('sha1', webhookSecret).update(text).digest('hex')
    const headers = { ...basic(signedKey), 'x-signature': signature }
    assert.equal((await collector.post('/v1/segment/webhook', text, headers)).status, 200)
  }
  const stored = await untilStored(collector, events.length)
  for (const event of events) assert.deepEqual(byType(stored, event.type), event)
})
