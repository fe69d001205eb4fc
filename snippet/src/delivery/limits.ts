/** Wait for company before a request leaves. */
export const LINGER_MS = 100

/** The collector's limit; imported, its whole list of limits would be part of the script. */
export const MAX_EVENT_BYTES = 32 * 1024
/** The collector takes more; a smaller batch loses less when an answer is lost. */
export const MAX_BATCH_EVENTS = 100
/**
 * Browsers let all keepalive requests of a page have 64 KB of bodies in flight together and fail what
 * goes beyond. The difference is left for the batch's frame and for other scripts of the page.
 */
export const MAX_FLIGHT_BYTES = 60 * 1024
/**
 * Enough for hours of a broken network, and far below the 5 MB of characters that an origin may store:
 * the page needs some itself. Each event counts as `EVENT_OVERHEAD_BYTES` more than it has.
 */
export const MAX_QUEUED_BYTES = 1_500_000
export const EVENT_OVERHEAD_BYTES = 1000
/** Older events say nothing anymore that anybody would act on. */
export const MAX_AGE_MS = 30 * 24 * 3_600_000

/** A server that has not answered by then is tried again. */
export const ANSWER_TIMEOUT_MS = 15_000
export const FIRST_BACKOFF_MS = 250
/** Also for a server that asks for more: it is more likely wrong than down that long. */
export const LONGEST_WAIT_MS = 300_000
/** Between the first and the last that a page hears of its going. */
export const LEAVING_MS = 100
