import { count, failures } from '../failures.ts'
import { listKeys, readItem, removeItem, writeItem } from '../storage.ts'
import type { Delivered } from '../tag.ts'
import { host } from '../tag-host.ts'
import { EVENT_OVERHEAD_BYTES, MAX_AGE_MS, MAX_EVENT_BYTES, MAX_QUEUED_BYTES } from './limits.ts'

/** An event that the collector does not have yet. */
export interface QueuedEvent {
  /** In the storage. */
  key: string
  /** Empty while another page may have taken it. */
  json: string
  /** In UTF-8. */
  bytes: number
  /** Elsewhere than in memory. */
  isStored: true | undefined
  /** On the wire. */
  isFlying?: boolean
  done?: ((result: Delivered) => void) | undefined
}

/**
 * Events of this page, and of dead pages whose queues it took over, by their key in the storage.
 * One storage entry per event: adding costs the same however long the queue is, no page rewrites what
 * another wrote, and a crash at any moment leaves whole events.
 */
export const queue = new Map<string, QueuedEvent>()

/** `leadline:queue:<write key>:<message id>`; a message id is time in base 36, dash, id of the page. */
export const toQueueKey = (messageId: string): string =>
  'leadline:queue:' + host.settings.key + ':' + messageId

/** Undefined where a key in the storage is none of this queue. */
export const toMessageId = (key: string): string | undefined => key.split(toQueueKey(''))[1]

/** One that is known already stays the same, so that nothing on the wire is sent again. */
function enqueue(event: Omit<QueuedEvent, 'bytes'>): QueuedEvent {
  const { key, json } = event
  const queued = Object.assign(queue.get(key) ?? {}, event, { bytes: new TextEncoder().encode(json).length })
  queue.set(key, queued)
  return queued
}

/**
 * Keeps an event, durably before anything else happens to it; in memory only where storage is blocked or
 * full. Drops what is no JSON, and the oldest where there are too many.
 */
export function addEvent(key: string, json = '', done?: QueuedEvent['done']): void {
  const event = enqueue({ key, json, done, isStored: writeItem(key, json) })
  if (!json) settle(event, 'not_json')
  if (event.bytes > MAX_EVENT_BYTES) settle(event, 'event_too_large')
  let excess = -MAX_QUEUED_BYTES
  queue.forEach((other) => (excess += other.bytes + EVENT_OVERHEAD_BYTES))
  queue.forEach((other) => {
    if (excess > 0) settle(other, 'queue_full')
    excess -= other.bytes + EVENT_OVERHEAD_BYTES
  })
}

/** The collector has an event, or it is given up for a reason; what is said first holds. */
export function settle(event?: QueuedEvent, reason?: string): void {
  if (!event || !queue.delete(event.key)) return
  const { key, done } = event
  removeItem(key)
  if (reason) {
    failures.dropped = count(failures.dropped, reason)
    failures.unreported = count(failures.unreported, reason)
  }
  done?.({ delivered: !reason, reason })
}

/** Takes the stored events of a dead page. */
export function adoptEvents(pageId: string): void {
  for (const key of listKeys().sort()) {
    if (!key.endsWith('-' + pageId)) continue
    const event = enqueue({ key, json: readItem(key) ?? '', isStored: true })
    if (Date.now() - parseInt(`${toMessageId(key)}`, 36) > MAX_AGE_MS) settle(event, 'too_old')
  }
}

/** Lets go of what is stored; it is found again like any other page's, unless another page has it by now. */
export function releaseEvents(): void {
  queue.forEach((event) => {
    if (event.isStored) event.json = ''
  })
}
