import { z } from 'zod'
import type { Org } from '../org.ts'

const HOUR_MS = 3_600_000
const DAY_HOURS = 24

/** Calls by hour since 1970; what is older than a day no longer counts. */
export const usageSchema = z.record(z.string(), z.number())

type Kept = Pick<Org, 'state' | 'clock' | 'settings' | 'cells'>

/** Calls of the last 24 hours, with those the org was said to have used before. */
export function usedCalls(org: Kept): number {
  const counted = Object.values(readUsage(org)).reduce((sum, calls) => sum + calls, 0)
  return (org.cells.limits.get().dailyApiUsed ?? org.settings.limits.dailyApiUsed) + counted
}

/** Calls that the org may use in 24 hours. */
export function maxCalls(org: Kept): number {
  return org.cells.limits.get().dailyApi ?? org.settings.limits.dailyApi
}

export function countCall(org: Kept): void {
  const hour = String(Math.floor(org.clock.nowMs() / HOUR_MS))
  const usage = readUsage(org)
  org.cells.usage.set({ ...usage, [hour]: (usage[hour] ?? 0) + 1 })
}

export function isSpent(org: Kept): boolean {
  return usedCalls(org) >= maxCalls(org)
}

/** Sforce-Limit-Info */
export function limitInfo(org: Kept): string {
  const { apiBursts = org.settings.limits.apiBursts, perAppUsage } = org.cells.limits.get()
  const bursts = typeof apiBursts === 'string' ? `; api-bursts=${apiBursts}` : ''
  const perApp = typeof perAppUsage === 'string' ? `; per-app-api-usage=${perAppUsage}` : ''
  return `api-usage=${usedCalls(org)}/${maxCalls(org)}${bursts}${perApp}`
}

function readUsage(org: Kept): Record<string, number> {
  const oldest = Math.floor(org.clock.nowMs() / HOUR_MS) - DAY_HOURS
  const usage = org.cells.usage.get()
  return Object.fromEntries(Object.entries(usage).filter(([hour]) => Number(hour) > oldest))
}
