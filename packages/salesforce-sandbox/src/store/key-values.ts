import type { z } from 'zod'

/** Small durable facts by name: counters, tokens, cursors, settings. */
export class KeyValues {
  readonly #values = new Map<string, string>()
  readonly #dirtyKeys = new Set<string>()

  get(key: string): string | undefined {
    return this.#values.get(key)
  }

  /** A value stored by `setJson`; undefined when there is none. */
  getJson<T>(key: string, schema: z.ZodType<T>): T | undefined {
    const text = this.#values.get(key)
    return text === undefined ? undefined : schema.parse(JSON.parse(text))
  }

  set(key: string, value: string): void {
    this.#values.set(key, value)
    this.#dirtyKeys.add(key)
  }

  setJson(key: string, value: unknown): void {
    this.set(key, JSON.stringify(value))
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#dirtyKeys.add(key)
  }

  keys(prefix: string): string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix))
  }

  /** Adds one to a counter and returns it; the first is 1. */
  next(counter: string): number {
    const count = Number(this.get(counter) ?? 0) + 1
    this.set(counter, String(count))
    return count
  }

  pending(): (readonly [string, string | null])[] {
    return [...this.#dirtyKeys].map((key) => [key, this.get(key) ?? null] as const)
  }

  settle(): void {
    this.#dirtyKeys.clear()
  }

  restore(entries: Iterable<readonly [string, string]>): void {
    for (const [key, value] of entries) this.#values.set(key, value)
  }
}
