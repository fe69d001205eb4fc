import { setTimeout as delay } from 'node:timers/promises'

/** Waits for a condition; throws what was waited for when it does not come true. */
export async function waitUntil(
  what: string,
  condition: () => Promise<boolean> | boolean,
  limitMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${limitMs} ms in vain: ${what}`)
    await delay(20)
  }
}
