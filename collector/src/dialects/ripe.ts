import type { EventType } from '@leadline/contract'
import type { Door } from './dialect.ts'
import { readSingle } from './read-events.ts'

/**
 * Ripe's HTTP API, and what Segment's Ripe destination sends to it: one event a request, Basic of the bare key.
 * `alias` was taken out of it in 2023; old servers may still send it.
 */
const calls = ['identify', 'track', 'page', 'group', 'alias'] as const satisfies readonly EventType[]

export const ripeDoors: readonly Door[] = calls.map((type) => ({
  method: 'POST',
  path: `/event/${type}`,
  read: ({ text }) => readSingle('ripe', type, text),
}))
