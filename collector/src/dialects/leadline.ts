import type { Door } from './dialect.ts'
import { readBatch } from './read-events.ts'

/**
 * Our tag's own batch: Segment's shape in text/plain with the key inside, so that no preflight is needed and a beacon
 * can carry it, and counts of what the page had to give up (`dropped`).
 */
export const leadlineDoors: readonly Door[] = [
  { method: 'POST', path: '/v1/e', read: ({ text }) => readBatch('leadline', text) },
]
