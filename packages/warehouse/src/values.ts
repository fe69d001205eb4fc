import type { DateTime, Day, Uuid } from './tables.ts'

/** "None" in UUID columns, which are not nullable. */
export const NIL_UUID: Uuid = '00000000-0000-0000-0000-000000000000'

const DAY_MS = 86_400_000
const CACHED_DAYS = 5000
const days = new Map<number, Day>()
const MINUTE_MS = 60_000
const DAY_MINUTES = 1440
const CACHED_MINUTES = 20_000
const minutes = new Map<number, string>()

/** Milliseconds since 1970 as ClickHouse writes a DateTime64(3, 'UTC'). */
export function toDateTime(ms: number): DateTime {
  const whole = Math.trunc(ms)
  const minute = Math.floor(whole / MINUTE_MS)
  const inMinute = whole - minute * MINUTE_MS
  const second = Math.floor(inMinute / 1000)
  return `${toMinute(minute)}${SECONDS[second]}${MILLISECONDS[inMinute - second * 1000]}`
}

const pad = (n: number, digits: number): string => String(n).padStart(digits, '0')
const SECONDS = Array.from({ length: 60 }, (_, n) => `:${pad(n, 2)}`)
const MILLISECONDS = Array.from({ length: 1000 }, (_, n) => `.${pad(n, 3)}`)

/** Day, hour and minute, for minutes since 1970. Events that come together have few. */
function toMinute(number: number): string {
  const known = minutes.get(number)
  if (known !== undefined) return known
  const inDay = ((number % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES
  const minute = `${toDay(number * MINUTE_MS)} ${pad(Math.floor(inDay / 60), 2)}:${pad(inDay % 60, 2)}`
  if (minutes.size >= CACHED_MINUTES) minutes.clear()
  minutes.set(number, minute)
  return minute
}

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
