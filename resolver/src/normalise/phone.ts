const MIN_DIGITS = 8
const MAX_DIGITS = 15
/** Italy and San Marino keep the zero when they are called from abroad. */
const KEEP_THE_ZERO: ReadonlySet<string> = new Set(['39', '378'])

/**
 * A phone number as E.164 (`+491701234567`); undefined for what is none. `callingCode` is that of the workspace's
 * country (`49`), for numbers without one; where it is empty such numbers are no identifiers.
 */
export function normalisePhone(value: unknown, callingCode: string): string | undefined {
  if (typeof value !== 'string') return undefined
  // `+49 (0) 170`: the zero in brackets is for callers at home.
  const text = value.replace(/\(0\)/g, '').replace(/[\s().\-/]/g, '')
  const digits = toInternational(text, callingCode)
  if (digits === undefined || !/^[1-9]\d+$/.test(digits)) return undefined
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS) return undefined
  return /^(\d)\1+$/.test(digits.slice(2)) ? undefined : `+${digits}`
}

function toInternational(text: string, callingCode: string): string | undefined {
  if (text.startsWith('+')) return text.slice(1)
  if (text.startsWith('00')) return text.slice(2)
  if (callingCode === '' || !/^\d+$/.test(text)) return undefined
  return callingCode + (KEEP_THE_ZERO.has(callingCode) ? text : text.replace(/^0/, ''))
}
