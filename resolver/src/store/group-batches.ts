import { setTimeout as delay } from 'node:timers/promises'

/** A piece of work that waits for its turn. */
interface Waiting<Item> {
  readonly item: Item
  readonly done: (failure?: { readonly error: unknown }) => void
}

/**
 * Handles what arrives while a former group is in hand as one group: partitions that deliver a little each cost one
 * insert together. A group begins `gatherMs` after the one before it at the earliest; one that comes after a pause begins
 * at once. When a group fails, its items are handled one by one, so that a bad one holds up nobody else.
 */
export function groupBatches<Item>(
  handle: (items: readonly Item[]) => Promise<void>,
  gatherMs = 0,
): (item: Item) => Promise<void> {
  let waiting: Waiting<Item>[] = []
  let isRunning = false
  let beginFrom = 0
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const waitMs = beginFrom - performance.now()
      if (waitMs > 0) await delay(waitMs)
      beginFrom = performance.now() + gatherMs
      const group = waiting
      waiting = []
      await handleGroup(handle, group)
    }
    isRunning = false
  }
  return async (item) => {
    const finished = Promise.withResolvers<undefined>()
    waiting.push({
      item,
      done: (failure) => (failure ? finished.reject(failure.error) : finished.resolve(undefined)),
    })
    if (!isRunning) {
      isRunning = true
      // Batches that are delivered in the same turn belong to the same group.
      queueMicrotask(() => void drain())
    }
    await finished.promise
  }
}

async function handleGroup<Item>(
  handle: (items: readonly Item[]) => Promise<void>,
  group: readonly Waiting<Item>[],
): Promise<void> {
  try {
    await handle(group.map(({ item }) => item))
    for (const { done } of group) done()
  } catch (error) {
    const [only, ...others] = group
    if (others.length === 0) return only?.done({ error })
    for (const waiting of group) await handleGroup(handle, [waiting])
  }
}
