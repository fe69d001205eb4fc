import { attempt } from './attempt.ts'

/** Storage that cannot throw: where the browser blocks it or it is full, reads find nothing and writes say so. */
export interface SafeStorage {
  get(key: string): string | undefined
  /** True when it is kept. */
  set(key: string, value: string): boolean
  remove(key: string): void
  keys(): string[]
}

/** `open` is called on each use: in a sandboxed frame the very mention of `localStorage` throws. */
export const createSafeStorage = (open: () => Storage): SafeStorage => ({
  get: (key) => attempt(() => open().getItem(key)) ?? undefined,
  set: (key, value) => attempt(() => open().setItem(key, value) ?? true) ?? false,
  remove: (key) => attempt(() => open().removeItem(key)),
  keys: () => attempt(() => Object.keys(open())) ?? [],
})
