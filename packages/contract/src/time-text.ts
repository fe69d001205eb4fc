/** Longest text of a time. */
const maxTimeLength = 64
const DAYS_OF_ALL_MONTHS = 28
const DIGIT_TWO = 50

/** A date of ISO 8601, then perhaps a time. Of years beyond four digits only what JavaScript writes. */
const DATE_FIRST = /^(?:\d{4}|[+-]\d{6})(?:$|-\d\d(?:$|-\d\d(?:$|[Tt ])))/

/** Whether a text is a time that exists. `Date.parse` alone reads 30 February as 2 March, and "foo 5" as a May day. */
export const isTimeText = (text: string): boolean =>
  text.length <= maxTimeLength && DATE_FIRST.test(text) && !Number.isNaN(parseTime(text)) && hasRealDay(text)

function hasRealDay(text: string): boolean {
  // Two days of three begin with a smaller digit: this is asked several times for each event.
  if (text.charCodeAt(8) < DIGIT_TWO) return true
  const day = Number(text.slice(8, 10))
  // Most days are in every month; years of more than four digits are left to Date.parse.
  if (!(day > DAYS_OF_ALL_MONTHS) || text.charAt(4) !== '-' || text.charAt(7) !== '-') return true
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate()
  return day <= lastDay
}

/** The end of a text that says a time of day, and not of which zone. */
const WITHOUT_ZONE = /[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/

/**
 * Milliseconds since 1970; NaN when there is no such time. Without a zone it is UTC, and not the zone of the machine: on
 * two machines the same event would lie on two days, and count twice.
 */
export const parseTime = (text: string): number =>
  Date.parse(text.endsWith('Z') || !WITHOUT_ZONE.test(text) ? text : `${text}Z`)
