import type { Door } from './dialect.ts'
import { readPixel } from './pixel.ts'
import { readBatch } from './read-events.ts'
import { toPixel } from '../answers.ts'

/** Paths that only RudderStack has; its libraries use Segment's for the rest. Here the key stands in the address. */
export const rudderstackDoors: readonly Door[] = [
  {
    method: 'POST',
    path: '/beacon/v1/batch',
    read({ text, query }) {
      const read = readBatch('rudderstack', text)
      const key = query('writeKey')
      return read.ok && key !== undefined
        ? { ok: true, request: { ...read.request, key, isKeyInUrl: true } }
        : read
    },
  },
  ...(['page', 'track'] as const).map((type): Door => ({
    method: 'GET',
    path: `/pixel/v1/${type}`,
    read: (request) => readPixel('rudderstack', type, request),
    dress: toPixel,
  })),
]
