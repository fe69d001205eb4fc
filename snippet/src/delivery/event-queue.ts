import { countDrop } from '../failures.ts'
import type { SafeStorage } from '../safe-storage.ts'
import type { Delivered } from '../tag.ts'
import { utf8Bytes } from './batch.ts'
import { MAX_AGE_MS, MAX_EVENT_BYTES, MAX_QUEUED_CHARACTERS, MAX_QUEUED_EVENTS } from './limits.ts'

type Done = ((result: Delivered) => void) | undefined

/**
 * Events of this page, and of dead pages whose queues it took over, until the collector has them.
 * One storage entry per event, under this page's own prefix: adding costs the same however long the
 * queue is, no page rewrites what another wrote, and a crash at any moment leaves whole events.
 */
export class EventQueue {
  /** Each event's JSON by its storage key, oldest first. */
  readonly events: Map<string, string> = new Map()
  readonly #storage: SafeStorage
  /** Of every stored event: `<prefix><page id>:<message id>`. */
  readonly #prefix: string
  readonly #waiting = new Map<string, Done>()
  readonly #inMemoryOnly = new Set<string>()
  #ownPrefix = ''
  #characters = 0

  constructor(storage: SafeStorage, prefix: string) {
    this.#storage = storage
    this.#prefix = prefix
  }

  /**
   * Keeps an event of this page, durably before anything else happens to it; in memory only where
   * storage is blocked or full. Message ids begin with their time in base 36. A full queue loses its oldest.
   */
  add(messageId: string, json: string, done?: Done): void {
    const key = this.#ownPrefix + messageId
    this.#waiting.set(key, done)
    if (utf8Bytes(json) > MAX_EVENT_BYTES) return this.drop(key, 'event_too_large')
    this.#hold(key, json)
    if (!this.#storage.set(key, json)) this.#inMemoryOnly.add(key)
    for (const [oldest] of this.events) {
      if (this.events.size <= MAX_QUEUED_EVENTS && this.#characters <= MAX_QUEUED_CHARACTERS) break
      this.drop(oldest, 'queue_full')
    }
  }

  /** The collector has it, or refused it for this reason. */
  settle(key: string, reason?: string): void {
    this.#release(key)
    this.#storage.remove(key)
    this.#waiting.get(key)?.(reason ? { delivered: false, reason } : { delivered: true })
    this.#waiting.delete(key)
  }

  /** Gives an event up. */
  drop(key: string, reason: string): void {
    countDrop(reason)
    this.settle(key, reason)
  }

  /** Takes the stored events of a dead page. */
  adopt(pageId: string): void {
    const deadPrefix = `${this.#prefix}${pageId}:`
    for (const key of this.#storage.keys().sort()) {
      const json = key.startsWith(deadPrefix) && this.#storage.get(key)
      if (!json) continue
      this.#hold(key, json)
      const ageMs = Date.now() - Number.parseInt(key.slice(deadPrefix.length), 36)
      if (!(ageMs < MAX_AGE_MS)) this.drop(key, 'too_old')
    }
  }

  /**
   * From now on events are stored under this page id. What was stored before is let go: it is found
   * again like any other page's, unless another page has it by now.
   */
  startPage(pageId: string): void {
    this.#ownPrefix = `${this.#prefix}${pageId}:`
    this.events.forEach((_, key) => this.#inMemoryOnly.has(key) || this.#release(key))
  }

  #hold(key: string, json: string): void {
    this.events.set(key, json)
    this.#characters += json.length
  }

  #release(key: string): void {
    this.#characters -= this.events.get(key)?.length ?? 0
    this.events.delete(key)
  }
}
