import type { DateTime, Day, Uuid } from './tables.ts'

/** "None" in UUID columns, which are not nullable. */
export const NIL_UUID: Uuid = '00000000-0000-0000-0000-000000000000'

/** Milliseconds since 1970 as ClickHouse writes a DateTime64(3, 'UTC'). */
export const toDateTime = (ms: number): DateTime => new Date(ms).toISOString().slice(0, 23).replace('T', ' ')

/** The UTC day of milliseconds since 1970. */
export const toDay = (ms: number): Day => new Date(ms).toISOString().slice(0, 10)

/** Milliseconds since 1970 of a DateTime as it is read back. */
export const fromDateTime = (value: DateTime): number => Date.parse(`${value.replace(' ', 'T')}Z`)
