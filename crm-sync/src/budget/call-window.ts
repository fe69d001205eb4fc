import { LANES, type Lane } from './lanes.ts'

const HOUR_MS = 3_600_000
/** Salesforce counts over the last 24 hours; whole hours are on the safe side. */
const WINDOW_HOURS = 24

/** Calls of one hour in one lane. */
export interface HourCount {
  /** Start of the hour, ms since 1970. */
  readonly hourMs: number
  readonly lane: Lane
  readonly calls: number
}

export const hourOf = (nowMs: number): number => Math.floor(nowMs / HOUR_MS) * HOUR_MS

/** Our calls of the last day by hour and lane: those of this process, and what others or earlier ones noted. */
export class CallWindow {
  readonly #own = new Map<number, Map<Lane, number>>()
  #others: readonly HourCount[] = []

  note(lane: Lane, nowMs: number): void {
    const hourMs = hourOf(nowMs)
    const hour = this.#own.get(hourMs) ?? new Map<Lane, number>()
    this.#own.set(hourMs, hour.set(lane, (hour.get(lane) ?? 0) + 1))
    for (const old of this.#own.keys()) if (old < firstHour(nowMs)) this.#own.delete(old)
  }

  /** Calls that other processes made, and this one before its start. */
  setOthers(counts: readonly HourCount[]): void {
    this.#others = counts
  }

  own(): readonly HourCount[] {
    return [...this.#own].flatMap(([hourMs, lanes]) =>
      [...lanes].map(([lane, calls]) => ({ hourMs, lane, calls })),
    )
  }

  total(nowMs: number): number {
    return LANES.reduce((sum, lane) => sum + this.byLane(nowMs)[lane], 0)
  }

  byLane(nowMs: number): Readonly<Record<Lane, number>> {
    const totals: Record<Lane, number> = { owner: 0, qualification: 0, fields: 0, timeline: 0, backfill: 0 }
    for (const { hourMs, lane, calls } of [...this.own(), ...this.#others])
      if (hourMs >= firstHour(nowMs)) totals[lane] += calls
    return totals
  }

  /** When the oldest calls stop counting. */
  nextReliefMs(nowMs: number): number {
    const hours = [...this.own(), ...this.#others].map(({ hourMs }) => hourMs)
    const oldest = Math.min(nowMs, ...hours.filter((hourMs) => hourMs >= firstHour(nowMs)))
    return hourOf(oldest) + (WINDOW_HOURS + 1) * HOUR_MS
  }
}

const firstHour = (nowMs: number): number => hourOf(nowMs) - WINDOW_HOURS * HOUR_MS
