import type { Log } from '@leadline/runtime'
import type { Send } from '../salesforce/request.ts'
import { isOver, readStorage } from './storage.ts'

/** Storage fills slowly, and each look costs a call; once it is full, room is made by somebody who waits for it. */
const LOOK_MS = { room: 15 * 60_000, full: 60_000 }

export interface StorageWatchOptions {
  readonly send: Send
  readonly stopAtPercent: number
  readonly now: () => number
  readonly log: Log
}

/** Whether the org lacks room for more rows of the timeline, asked for when rows are to be made. */
export function createStorageWatch(options: StorageWatchOptions): () => Promise<boolean> {
  const { send, stopAtPercent, now, log } = options
  let isFull = false
  let lookedMs = -Infinity
  return async function isStorageFull() {
    if (now() < lookedMs + (isFull ? LOOK_MS.full : LOOK_MS.room)) return isFull
    const storage = await readStorage(send)
    lookedMs = now()
    const wasFull = isFull
    isFull = storage !== undefined && isOver(storage, stopAtPercent)
    if (isFull && !wasFull)
      log.warn('the data storage of the org is nearly used up; no more timeline rows are made', {
        ...storage,
        stopAtPercent,
      })
    return isFull
  }
}
