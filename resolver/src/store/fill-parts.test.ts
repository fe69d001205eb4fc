import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toSettings } from '../../test-support/settings.ts'
import { toEnvelope } from '../../test-support/world.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { buildWorkspaces } from '../workspaces.ts'
import { fillParts, type Aside, type Part } from './fill-parts.ts'

const EVENTS_OF_A_REQUEST = 2500

/** A request with so many events. */
function toValue(workspace: number, request: number, count: number): Buffer {
  const whole = toEnvelope(workspace, { id: '', at: 0, a: 'c' })
  const [event] = whole.events
  const events = Array.from({ length: count }, (_, i) => ({ ...event, messageId: `${request}-${i}` }))
  return Buffer.from(JSON.stringify({ ...whole, events }))
}

test('a full part comes at once, what is left at the end: each value in one part, of its own workspace', async () => {
  const large = Array.from({ length: 11 }, (_, i) => toValue(1, i, EVENTS_OF_A_REQUEST))
  const small = toValue(2, 0, 1)
  const aside: Aside = { dead: [], erased: 0 }
  const values = [small, ...large, Buffer.from('{'), small]
  const parts: Part[] = []
  const options = {
    workspaces: buildWorkspaces(toSettings(2).workspaces, readMailLists()),
    at: '2026-11-03T00:00:00.000Z',
    aside,
  }
  for await (const part of fillParts(values, options)) parts.push(part)
  assert.deepEqual(
    parts.map(({ workspace, block, values: from }) => [workspace.id, block.size, from.length]),
    [
      [1, 25_000, 10],
      [2, 2, 2],
      [1, EVENTS_OF_A_REQUEST, 1],
    ],
  )
  assert.deepEqual(
    parts.flatMap(({ values: from }) => from),
    [...large.slice(0, 10), small, small, ...large.slice(10)],
  )
  assert.deepEqual([aside.dead.length, aside.erased], [1, 0])
})
