import { watch, type FSWatcher } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { numberIn } from './row.ts'

/**
 * A write shows in the file before SQLite makes it visible, by the length of a sync:
 * so many ms after the last sign of a write the version is read again.
 */
const LOOKS_AFTER_WRITE_MS = [0, 2, 4, 8, 16, 32] as const
/** Without any sign; in case the file system does not tell. */
const LOOK_WHEN_QUIET_MS = 100
/** When the file system cannot be watched at all. */
const LOOK_WHEN_BLIND_MS = 10

/**
 * Tells when another connection, mostly of another process, has committed to a topic's file.
 * SQLite does not signal that, but its `data_version` is one cheap read; the file system says when to look.
 */
export class ChangeWatcher {
  readonly #directory: string
  readonly #subscriptions = new Set<Subscription>()
  #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined
  #looks = 0

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Calls the listener after each commit to the file; returns what ends that. */
  subscribe(database: DatabaseSync, listener: () => void): () => void {
    const subscription = new Subscription(database, listener)
    if (this.#subscriptions.size === 0) this.#start()
    this.#subscriptions.add(subscription)
    return () => {
      this.#subscriptions.delete(subscription)
      if (this.#subscriptions.size === 0) this.#stop()
    }
  }

  /** This process has just committed; no need to wait for the file system's word. */
  notify(): void {
    for (const subscription of this.#subscriptions) subscription.look()
  }

  #start(): void {
    try {
      this.#watcher = watch(this.#directory, (_event, file) => {
        if (!file?.includes('.groups.db')) this.#alert()
      })
      this.#watcher.on('error', () => this.#closeWatcher())
    } catch {
      this.#watcher = undefined
    }
    this.#alert()
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#closeWatcher()
  }

  #closeWatcher(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }

  #alert(): void {
    // The first look after a write is due at once, also when a later one was already planned.
    if (this.#looks !== 0) {
      clearTimeout(this.#timer)
      this.#looks = 0
      this.#plan()
    } else if (!this.#timer) this.#plan()
  }

  #plan(): void {
    const quietMs = this.#watcher ? LOOK_WHEN_QUIET_MS : LOOK_WHEN_BLIND_MS
    const waitMs = LOOKS_AFTER_WRITE_MS[this.#looks] ?? quietMs
    this.#timer = setTimeout(() => this.#look(), waitMs)
  }

  #look(): void {
    this.#looks += 1
    this.notify()
    if (this.#subscriptions.size > 0) this.#plan()
  }
}

class Subscription {
  readonly #dataVersion: StatementSync
  readonly #listener: () => void
  #seen = -1

  constructor(database: DatabaseSync, listener: () => void) {
    this.#dataVersion = database.prepare('PRAGMA data_version')
    this.#listener = listener
  }

  look(): void {
    const row = this.#dataVersion.get()
    const version = row ? numberIn(row, 'data_version') : 0
    if (version === this.#seen) return
    this.#seen = version
    this.#listener()
  }
}
