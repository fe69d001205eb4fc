import type { OutgoingEvent } from '../build-event.ts'
import { utf8Bytes } from './batch.ts'
import type { EventQueue } from './event-queue.ts'
import { MAX_QUEUED_EVENTS } from './limits.ts'

/** The collector's limit, put in by the build. */
declare const LEADLINE_MAX_EVENT_BYTES: number

export interface IntakeParts {
  readonly queue: EventQueue
  readonly wake: () => void
  readonly onDrop: (reason: string) => void
}

/** Puts an event into the queue, durably, before anything else happens to it. A full queue loses its oldest. */
export function createIntake({ queue, wake, onDrop }: IntakeParts): (event: OutgoingEvent) => void {
  return (event) => {
    const json = JSON.stringify(event)
    if (utf8Bytes(json) > LEADLINE_MAX_EVENT_BYTES) return onDrop('event_too_large')
    queue.add(`${event.messageId}`, json)
    const [oldest] = queue.events.keys()
    if (oldest && queue.events.size > MAX_QUEUED_EVENTS) {
      queue.remove(oldest)
      onDrop('queue_full')
    }
    wake()
  }
}
