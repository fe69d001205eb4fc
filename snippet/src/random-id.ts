/** 128 random bits as text. `crypto.randomUUID` is missing on plain http pages. */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36).padStart(7, '0')).join(
    '',
  )

/**
 * Message ids that sort in the order of the calls: time, place on the page, random part.
 * Calls of one millisecond keep their order wherever ties are broken by id.
 */
export function createMessageIds(random: () => string): (timeMs: number) => string {
  // From here on numbers have four digits in base 36, for more calls than any page makes.
  let place = 36 ** 3
  return (timeMs) => `${timeMs.toString(36)}-${(place++).toString(36)}-${random().slice(14)}`
}
