/**
 * Keeps the entries used last, half as many at least and all of them at most. A hit among the newer half moves nothing:
 * it costs what a Map costs.
 */
export class LruCache<Key, Value> {
  #newer = new Map<Key, Value>()
  #older = new Map<Key, Value>()
  readonly #halfEntries: number

  constructor(maxEntries: number) {
    this.#halfEntries = Math.max(1, Math.floor(maxEntries / 2))
  }

  get(key: Key): Value | undefined {
    const value = this.#newer.get(key)
    if (value !== undefined) return value
    const older = this.#older.get(key)
    if (older !== undefined) this.set(key, older)
    return older
  }

  set(key: Key, value: Value): void {
    this.#newer.set(key, value)
    if (this.#newer.size < this.#halfEntries) return
    this.#older = this.#newer
    this.#newer = new Map()
  }
}
