import { WarehouseError } from '@leadline/warehouse'

/**
 * ClickHouse's codes for a value that does not fit its column. A missing table or column, memory, time and load are not
 * among them: those pass, or are mended, and the same rows are good then.
 */
const VALUE_CODES: ReadonlySet<number> = new Set([
  6, 26, 27, 38, 41, 53, 69, 70, 72, 131, 190, 321, 349, 376, 407, 441, 467, 675, 676, 691,
])

/** The rows can never be stored as they are: trying them again would hold up everything behind them. */
export const isRefusedForGood = (error: unknown): error is RangeError | WarehouseError =>
  error instanceof RangeError || (error instanceof WarehouseError && VALUE_CODES.has(error.code ?? 0))

/** An item that is refused by itself, and why. */
export interface RefusedItem<Item> {
  readonly item: Item
  readonly reason: string
}

/**
 * Stores items together; where they are refused for good, by halves, down to the one that is to blame. What is refused
 * comes back; all others are stored. Any other failure is thrown.
 */
export async function storeAllButRefused<Item>(
  items: readonly Item[],
  store: (items: readonly Item[]) => Promise<void>,
): Promise<readonly RefusedItem<Item>[]> {
  try {
    await store(items)
    return []
  } catch (error) {
    if (!isRefusedForGood(error)) throw error
    const [only, ...others] = items
    if (only === undefined) throw error
    if (others.length === 0)
      return [{ item: only, reason: error instanceof Error ? error.message : 'refused' }]
    const middle = Math.ceil(items.length / 2)
    const first = await storeAllButRefused(items.slice(0, middle), store)
    return [...first, ...(await storeAllButRefused(items.slice(middle), store))]
  }
}
