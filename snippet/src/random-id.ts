/** 128 random bits as text. `crypto.randomUUID` is missing on plain http pages. */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36).padStart(7, '0')).join(
    '',
  )

const PLACES = 36 ** 3

/**
 * Message ids that sort in the order of the calls: time, place, random part.
 * Calls of one millisecond keep their order wherever ties are broken by id.
 */
export function createMessageIds(random: () => string): (timeMs: number) => string {
  let place = 0
  return (timeMs) =>
    `${timeMs.toString(36)}-${(PLACES + (place++ % PLACES)).toString(36)}-${random().slice(14)}`
}
