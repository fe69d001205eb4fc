import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildEvent, parseCall, type OutgoingEvent } from './calls.ts'

const page = {
  url: 'https://shop.example/a/b?utm_source=x',
  path: '/a/b',
  search: '?utm_source=x',
  referrer: 'https://search.example/',
  title: 'Shop',
}
const identity = { anonymousId: 'anon', userId: 'u1', traits: { plan: 'pro' }, groupId: 'g1' }
const timestamp = new Date(1_700_000_000_000)
const build = (type: string, ...args: unknown[]): OutgoingEvent =>
  buildEvent(type, parseCall(type, args), { messageId: 'm1', timestamp, identity, page })
describe('buildEvent', () => {
  it('gives every type the field that makes it complete', () => {
    const events = [
      build('identify', 'u2'),
      build('track', 'Paid'),
      build('page', 'Home'),
      build('group', 'g1'),
      build('alias', 'u2'),
    ]
    assert.partialDeepStrictEqual(events, [
      { type: 'identify', userId: 'u2' },
      { type: 'track', event: 'Paid' },
      { type: 'page', name: 'Home' },
      { type: 'group', groupId: 'g1' },
      { type: 'alias', userId: 'u2', previousId: 'u1' },
    ])
  })

  it('says who, when and where', () => {
    const { messageId, anonymousId, userId, timestamp, context } = JSON.parse(
      JSON.stringify(build('track', 'Paid')),
    )
    assert.deepEqual(
      { messageId, anonymousId, userId, timestamp },
      { messageId: 'm1', anonymousId: 'anon', userId: 'u1', timestamp: '2023-11-14T22:13:20.000Z' },
    )
    assert.deepEqual(context, { page, groupId: 'g1' })
  })

  it('keeps who and when where options leave them empty', () => {
    const empty = { messageId: undefined, anonymousId: null, timestamp: undefined, userId: null }
    assert.partialDeepStrictEqual(build('track', 'Paid', {}, empty), {
      messageId: 'm1',
      anonymousId: 'anon',
      timestamp,
      userId: 'u1',
    })
  })

  it('gives a page its address beneath what the call says', () => {
    const { properties } = JSON.parse(JSON.stringify(build('page', 'Docs', 'Start', { title: 'Mine' })))
    assert.deepEqual(
      [properties.path, properties.title, properties.category, properties.name],
      ['/a/b', 'Mine', 'Docs', 'Start'],
    )
  })

  it('sends all known traits with identify', () => {
    assert.deepEqual(build('identify', 'u1', { a: 1 })['traits'], { plan: 'pro' })
  })

  it('links an alias to the user of now when no other id is given', () => {
    assert.deepEqual(
      [build('alias', 'u2')['previousId'], build('alias', 'u2', 'u0')['previousId']],
      ['u1', 'u0'],
    )
  })

  it('lets options add context and set the time', () => {
    const event = build(
      'track',
      'Paid',
      {},
      { context: { ip: '1.2.3.4' }, timestamp: '2020-01-01T00:00:00Z', integrations: { All: true } },
    )
    assert.partialDeepStrictEqual(event, {
      timestamp: '2020-01-01T00:00:00Z',
      integrations: { All: true },
      context: { ip: '1.2.3.4', groupId: 'g1' },
    })
  })
})
