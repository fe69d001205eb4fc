import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindOfCall, partsOfCall } from './kind-of-call.ts'
import { createTrace, type LogEntry } from './request-log.ts'

const entry = (method: string, path: string, body: unknown = null): LogEntry => ({
  ...createTrace(),
  seq: 1,
  time: '2026-11-20T09:00:00.000+0000',
  method,
  path: `/services/data/v62.0${path}`,
  body: body === null ? null : JSON.stringify(body),
  status: 200,
})

const composite = (...parts: readonly object[]): LogEntry =>
  entry('POST', '/composite', { compositeRequest: parts })

test('a request is what its path and verb say', () => {
  const kinds = [
    entry('GET', '/query?q=SELECT%20Id%20FROM%20Lead'),
    entry('GET', '/queryAll?q=SELECT%20Id%20FROM%20Lead'),
    entry('POST', '/composite/sobjects/Lead', { ids: [] }),
    entry('PATCH', '/composite/sobjects', { records: [] }),
    entry('GET', '/sobjects/Lead/describe'),
  ].map(kindOfCall)
  assert.deepEqual(kinds, ['read', 'poll', 'read', 'write', 'describe'])
})

test('a composite call is the weightiest of its parts, each with its object', () => {
  const read = { method: 'GET', url: '/services/data/v62.0/query?q=SELECT%20Id%20FROM%20Contact' }
  const guarded = {
    method: 'PATCH',
    url: '/services/data/v62.0/sobjects/Lead/00Q000000000001AAA',
    httpHeaders: { 'If-Unmodified-Since': 'Fri, 20 Nov 2026 09:00:00 GMT' },
  }
  const rows = {
    method: 'PATCH',
    url: '/services/data/v62.0/composite/sobjects',
    body: { records: [{ attributes: { type: 'Account' }, id: '001000000000001AAA' }] },
  }
  assert.equal(kindOfCall(composite(read)), 'read')
  assert.equal(kindOfCall(composite(read, guarded)), 'write')
  assert.deepEqual(partsOfCall(composite(read, guarded, rows)), [
    { kind: 'read', object: 'Contact', isGuarded: false },
    { kind: 'write', object: 'Lead', isGuarded: true },
    { kind: 'write', object: 'Account', isGuarded: false },
  ])
})
