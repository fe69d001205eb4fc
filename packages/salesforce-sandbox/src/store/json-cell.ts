import type { z } from 'zod'
import type { KeyValues } from './key-values.ts'

/** One durable JSON value under a fixed key, parsed only when it has changed. */
export class JsonCell<T> {
  readonly #state: KeyValues
  readonly #key: string
  readonly #schema: z.ZodType<T>
  readonly #empty: T
  #text: string | undefined
  #value: T

  constructor(state: KeyValues, key: string, options: { schema: z.ZodType<T>; empty: T }) {
    this.#state = state
    this.#key = key
    this.#schema = options.schema
    this.#empty = options.empty
    this.#value = options.empty
  }

  get(): T {
    const text = this.#state.get(this.#key)
    if (text !== this.#text) {
      this.#value = text === undefined ? this.#empty : this.#schema.parse(JSON.parse(text))
      this.#text = text
    }
    return this.#value
  }

  set(value: T): void {
    this.#state.setJson(this.#key, value)
  }

  clear(): void {
    this.#state.delete(this.#key)
  }
}
