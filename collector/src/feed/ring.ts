/** The last `capacity` items. */
export interface Ring<T> {
  push(item: T): void
  /** Oldest first. */
  items(): readonly T[]
}

export function createRing<T>(capacity: number): Ring<T> {
  const slots: T[] = []
  let next = 0
  return {
    push(item) {
      slots[next] = item
      next = (next + 1) % capacity
    },
    items: () => (slots.length < capacity ? [...slots] : [...slots.slice(next), ...slots.slice(0, next)]),
  }
}
