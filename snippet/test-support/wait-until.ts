import { setTimeout as delay } from 'node:timers/promises'

const DEADLINE_MS = 60_000
const POLL_MS = 20

/** Waits until a condition holds; fails with what it was waiting for. */
export async function waitUntil(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + DEADLINE_MS
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`waited ${DEADLINE_MS} ms in vain: ${what}`)
    await delay(POLL_MS)
  }
}
