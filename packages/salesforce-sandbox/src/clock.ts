export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number
  set(timeMs: number): void
  advance(byMs: number): void
}

/** A clock that stands still until it is moved, or one that follows `source` from where it was set. */
export function createClock(startMs: number, source?: () => number): Clock {
  let offsetMs = source ? 0 : startMs
  const base = source ?? (() => 0)
  return {
    nowMs: () => base() + offsetMs,
    set: (timeMs) => {
      offsetMs = timeMs - base()
    },
    advance: (byMs) => {
      offsetMs += byMs
    },
  }
}

/** The REST API's date-time: second precision, `2026-11-20T09:00:00.000+0000`. */
export function toDateTimeText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}.000+0000`
}

/** `2026-11-20` */
export function toDateText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/i

/** Milliseconds of an ISO date-time with zone; undefined when it is not one. */
export function parseDateTimeMs(text: string): number | undefined {
  if (!DATE_TIME.test(text)) return undefined
  const timeMs = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))
  return Number.isNaN(timeMs) ? undefined : timeMs
}

/** True for a calendar day that exists, written `yyyy-MM-dd`. */
export function isDateText(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const timeMs = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(timeMs) && toDateText(timeMs) === text
}
