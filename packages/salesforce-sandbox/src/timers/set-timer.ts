import type { Org } from '../org.ts'
import type { Timer } from './timer.ts'

/** Adds a timer behind those that are due at the same time. */
export function setTimer(org: Org, timer: Timer): void {
  const timers = org.cells.timers.get()
  const index = timers.findIndex((other) => other.atMs > timer.atMs)
  org.cells.timers.set(timers.toSpliced(index === -1 ? timers.length : index, 0, timer))
}

export function dropTimers(org: Org, kind: Timer['kind'], id: string): void {
  const timers = org.cells.timers.get()
  org.cells.timers.set(timers.filter((timer) => timer.kind !== kind || timer.id !== id))
}
