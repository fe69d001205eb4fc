import { count, failures } from '../failures.ts'
import { listKeys, readItem, removeItem, writeItem } from '../storage.ts'
import type { Delivered } from '../tag.ts'
import { EVENT_OVERHEAD_BYTES, MAX_AGE_MS, MAX_EVENT_BYTES, MAX_QUEUED_BYTES } from './limits.ts'

type Done = ((result: Delivered) => void) | undefined

/** An event that the collector does not have yet. */
export interface QueuedEvent {
  /** Empty while another page may have taken it. */
  json: string
  /** In UTF-8. */
  bytes: number
  readonly isStored: boolean | undefined
  /** On the wire. */
  isSending?: boolean
  readonly done?: Done
}

/** Events of this page, and of dead pages whose queues it took over, until the collector has them. */
export interface EventQueue {
  /** By message id: time in base 36, dash, id of the page that made it. */
  readonly events: ReadonlyMap<string, QueuedEvent>
  /** Keeps an event, durably before anything else happens to it; in memory only where storage is blocked or full. Drops what is no JSON. */
  readonly add: (messageId: string, json: string | undefined, done?: Done) => void
  /** Takes the stored events of a dead page. */
  readonly adopt: (pageId: string) => void
  /** Lets go of what is stored; it is found again like any other page's, unless another page has it by now. */
  readonly release: () => void
  /** The collector has it, or refused it for this reason. */
  readonly settle: (messageId: string, reason?: string) => void
  /** Gives an event up. */
  readonly drop: (messageId: string, reason: string) => void
}

const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length

/**
 * One storage entry per event: adding costs the same however long the queue is, no page rewrites what
 * another wrote, and a crash at any moment leaves whole events. A full queue loses its oldest.
 */
export function openQueue(prefix: string): EventQueue {
  const events = new Map<string, QueuedEvent>()
  const settle = (messageId: string, reason?: string): void => {
    const done = events.get(messageId)?.done
    if (reason) count(failures.dropped, reason)
    events.delete(messageId)
    removeItem(prefix + messageId)
    done?.(reason ? { delivered: false, reason } : { delivered: true })
  }
  const drop = (messageId: string, reason: string): void => {
    count(failures.unreported, reason)
    settle(messageId, reason)
  }
  const trim = (): void => {
    let excess = -MAX_QUEUED_BYTES
    for (const { bytes } of events.values()) excess += bytes + EVENT_OVERHEAD_BYTES
    for (const [messageId, { bytes }] of events) {
      if (excess > 0) drop(messageId, 'queue_full')
      excess -= bytes + EVENT_OVERHEAD_BYTES
    }
  }
  return {
    events,
    settle,
    drop,
    add(messageId, json = '', done) {
      const bytes = utf8Bytes(json)
      const reason = json ? bytes > MAX_EVENT_BYTES && 'event_too_large' : 'not_json'
      const isStored = !reason && writeItem(prefix + messageId, json)
      events.set(messageId, { json, bytes, isStored, done })
      if (reason) drop(messageId, reason)
      trim()
    },
    adopt(pageId) {
      for (const key of listKeys().sort()) {
        if (!key.startsWith(prefix) || !key.endsWith(pageId)) continue
        const messageId = key.slice(prefix.length)
        const json = readItem(key) ?? ''
        events.set(messageId, { ...events.get(messageId), json, bytes: utf8Bytes(json), isStored: true })
        if (!(Date.now() - Number.parseInt(messageId, 36) < MAX_AGE_MS)) drop(messageId, 'too_old')
      }
    },
    release: () => events.forEach((event) => event.isStored && (event.json = '')),
  }
}
