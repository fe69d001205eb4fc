import { EVENT_TYPES, type EventType } from '@leadline/contract'
import type { Door } from './dialect.ts'
import { readSingle } from './read-events.ts'

/** Jitsu's browser and server paths. Its key stands in `x-write-key`, as `key:secret` or the key alone. */
const paths = (type: EventType): readonly string[] => [`/api/s/${type}`, `/api/s/s2s/${type}`]

export const jitsuDoors: readonly Door[] = EVENT_TYPES.flatMap((type) =>
  paths(type).map((path): Door => ({
    method: 'POST',
    path,
    read({ text, header }) {
      const read = readSingle('jitsu', type, text)
      const key = header('x-write-key')?.split(':', 1)[0]
      return read.ok && key !== undefined ? { ok: true, request: { ...read.request, key } } : read
    },
  })),
)
