import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionEvent } from './session-event.ts'
import { splitSessions } from './split-sessions.ts'

const at = (timeMs: number, messageId: string): Pick<SessionEvent, 'timeMs' | 'messageId'> => ({
  timeMs,
  messageId,
})
const NONE = {
  type: 'page',
  event: '',
  name: '',
  url: '',
  title: '',
  referrer: '',
  userAgent: '',
  country: '',
  campaign: {},
} as const

test('events of one instant are in the order of their message ids, which names the session', () => {
  for (const order of ['bca', 'abc', 'cab']) {
    const events = order.split('').map((id): SessionEvent => ({ ...NONE, ...at(0, id) }))
    assert.deepEqual(
      splitSessions(events, 1000).map((run) => run.map(({ messageId }) => messageId).join('')),
      ['abc'],
    )
  }
})
