import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toSettings } from '../../test-support/settings.ts'
import { toEnvelope } from '../../test-support/world.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { buildWorkspaces } from '../workspaces.ts'
import { decodeValue } from './decode-value.ts'

const NOW_MS = Date.UTC(2026, 10, 3)
const workspaces = buildWorkspaces(toSettings(2).workspaces, readMailLists())
const envelope = (workspace: number, id: string) => toEnvelope(workspace, { id, at: 0, a: 'c' })
const decode = (value: object | string) =>
  decodeValue(
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    workspaces,
    new Date(NOW_MS).toISOString(),
  )
const originalOf = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString()

test('events of an envelope come in order, with their workspace', () => {
  const { workspace, events, dead } = decode({
    ...envelope(2, 'a'),
    events: ['a', 'b'].flatMap((id) => envelope(2, id).events),
  })
  assert.equal(workspace?.id, 2)
  assert.deepEqual(
    events.map(({ messageId }) => messageId),
    ['a', 'b'],
  )
  assert.deepEqual(dead, [])
})

test('bytes that are no envelope are put aside as they are', () => {
  const { workspace, events, dead } = decode('{"v":1,')
  assert.deepEqual([workspace, events], [undefined, []])
  const [letter, ...others] = dead
  assert.equal(others.length, 0)
  assert.equal(letter?.step, 'decode-envelope')
  assert.equal(letter.at, '2026-11-03T00:00:00.000Z')
  assert.equal(originalOf(letter.original), '{"v":1,')
})

test('an envelope of an unknown workspace is put aside whole', () => {
  const { workspace, events, dead } = decode(envelope(9, 'a'))
  assert.deepEqual([workspace, events], [undefined, []])
  assert.deepEqual([dead[0]?.step, dead[0]?.workspace], ['find-workspace', 9])
  assert.deepEqual(JSON.parse(originalOf(dead[0]?.original)), envelope(9, 'a'))
})

test('one event that cannot be read is put aside with its envelope; its neighbours go on', () => {
  const bad = { type: 'track', userId: 'u' }
  const whole = envelope(1, 'good')
  const { events, dead } = decode({ ...whole, events: [...whole.events, bad] })
  assert.deepEqual(
    events.map(({ messageId }) => messageId),
    ['good'],
  )
  assert.equal(dead[0]?.step, 'normalise-event')
  assert.match(dead[0]?.reason ?? '', /messageId/)
  assert.deepEqual(JSON.parse(originalOf(dead[0]?.original)), { ...whole, events: [bad] })
})
