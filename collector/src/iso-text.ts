let [lastMs, lastText] = [Number.NaN, '']

/**
 * A time as ISO 8601 with milliseconds. The last one is remembered: to write it takes as long as to check an event, and
 * under load some twenty requests come in the same millisecond.
 */
export function toIsoText(time: Date): string {
  const ms = time.getTime()
  if (ms !== lastMs) [lastMs, lastText] = [ms, time.toISOString()]
  return lastText
}
