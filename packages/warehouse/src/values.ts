import type { DateTime, Day, Uuid } from './tables.ts'

/** "None" in UUID columns, which are not nullable. */
export const NIL_UUID: Uuid = '00000000-0000-0000-0000-000000000000'

const DAY_MS = 86_400_000
const CACHED_DAYS = 5000
const days = new Map<number, Day>()

/** Milliseconds since 1970 as ClickHouse writes a DateTime64(3, 'UTC'). */
export function toDateTime(ms: number): DateTime {
  const whole = Math.trunc(ms)
  const inDay = ((whole % DAY_MS) + DAY_MS) % DAY_MS
  const seconds = Math.floor(inDay / 1000)
  const minutes = Math.floor(seconds / 60)
  const time = `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}:${pad(seconds % 60)}`
  return `${toDay(whole)} ${time}.${String(inDay % 1000).padStart(3, '0')}`
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))
const pad = (n: number): string => TWO_DIGITS[n] ?? String(n)

/** The UTC day of milliseconds since 1970. The same few days are asked for again and again. */
export function toDay(ms: number): Day {
  const number = Math.floor(ms / DAY_MS)
  const known = days.get(number)
  if (known !== undefined) return known
  const day = new Date(number * DAY_MS).toISOString().slice(0, 10)
  if (days.size >= CACHED_DAYS) days.clear()
  days.set(number, day)
  return day
}

/** Milliseconds since 1970 of a DateTime as it is read back. */
export const fromDateTime = (value: DateTime): number => Date.parse(`${value.replace(' ', 'T')}Z`)
