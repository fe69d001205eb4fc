import { attempt } from './failures.ts'

/**
 * `localStorage` that cannot throw: where the browser blocks it or it is full, reads find nothing and
 * writes say so. In a sandboxed frame its very mention throws.
 */
export const readItem = (key: string): string | null | undefined => attempt(() => localStorage.getItem(key))

/** True when it is kept. */
export const writeItem = (key: string, value: string): true | undefined =>
  attempt(() => localStorage.setItem(key, value) ?? true)

export const removeItem = (key: string): void => attempt(() => localStorage.removeItem(key))

export const listKeys = (): string[] => attempt(() => Object.keys(localStorage)) ?? []
