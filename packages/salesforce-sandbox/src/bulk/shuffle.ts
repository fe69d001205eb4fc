/** The same items in an order that depends on the seed alone. */
export function shuffle<T>(items: readonly T[], seed: number): readonly T[] {
  const draw = createDraw(seed)
  return items
    .map((item) => ({ item, key: draw() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

/** Numbers from 0 to below 1 that follow from a seed (mulberry32). */
export function createDraw(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
