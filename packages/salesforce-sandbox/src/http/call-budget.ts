import { z } from 'zod'
import type { Org } from '../org.ts'

const HOUR_MS = 3_600_000
const DAY_HOURS = 24

/** Calls by hour since 1970; what is older than a day no longer counts. */
const usageSchema = z.record(z.string(), z.number())

type Kept = Pick<Org, 'state' | 'clock' | 'settings'>

/** Calls of the last 24 hours, with those the org was said to have used before. */
export function usedCalls(org: Kept): number {
  const counted = Object.values(readUsage(org)).reduce((sum, calls) => sum + calls, 0)
  return org.settings.limits.dailyApiUsed + counted
}

export function countCall(org: Kept): void {
  const hour = String(Math.floor(org.clock.nowMs() / HOUR_MS))
  const usage = readUsage(org)
  org.state.setJson('usage', { ...usage, [hour]: (usage[hour] ?? 0) + 1 })
}

export function isSpent(org: Kept): boolean {
  return usedCalls(org) >= org.settings.limits.dailyApi
}

/** Sforce-Limit-Info */
export function limitInfo(org: Kept): string {
  return `api-usage=${usedCalls(org)}/${org.settings.limits.dailyApi}`
}

function readUsage(org: Kept): Record<string, number> {
  const oldest = Math.floor(org.clock.nowMs() / HOUR_MS) - DAY_HOURS
  const usage = org.state.getJson('usage', usageSchema) ?? {}
  return Object.fromEntries(Object.entries(usage).filter(([hour]) => Number(hour) > oldest))
}
