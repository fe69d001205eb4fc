import { EVENT_TYPES, type EventType } from '@leadline/contract'
import type { DialectRequest, Door } from './dialect.ts'
import { readBatch, readSingle } from './read-events.ts'

/** Segment's HTTP API: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/ */

/** RudderStack's libraries use the same paths, and name the visitor in a header of their own. */
const dialectOf = ({ header }: DialectRequest): 'segment' | 'rudderstack' =>
  header('anonymousid') === undefined ? 'segment' : 'rudderstack'

const single = (path: string, type: EventType): Door => ({
  method: 'POST',
  path,
  read: (request) => readSingle(dialectOf(request), type, request.text),
})

const batch = (path: string): Door => ({
  method: 'POST',
  path,
  read: (request) => readBatch(dialectOf(request), request.text),
})

/** Whole names, and the one-letter forms that the browser SDK uses. */
export const segmentDoors: readonly Door[] = [
  ...EVENT_TYPES.flatMap((type) => [single(`/v1/${type}`, type), single(`/v1/${type.charAt(0)}`, type)]),
  batch('/v1/batch'),
  batch('/v1/b'),
  { method: 'POST', path: '/v1/import', read: ({ text }) => readBatch('import', text) },
]
