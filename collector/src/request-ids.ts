/** Digits that count; the others are the process's own. */
const COUNTED = 12

/**
 * Ids of requests: an id drawn once, whose last part counts up. A drawn one each would cost as much as looking at the
 * event's fields. Equal to no other process's, and no secret.
 */
export function createRequestIds(drawn: string): () => string {
  const own = drawn.slice(0, -COUNTED)
  let last = 0
  return () => own + (last += 1).toString(16).padStart(COUNTED, '0')
}
