import { setFlagsFromString } from 'node:v8'

/** Percent that the heap may grow beyond what is in use before old objects are collected. */
const GROWTH_PERCENT = 50

/**
 * To be called before anything else. A round of a backfill has some 60 MB in use and leaves as much behind; V8, which
 * sizes its heap by the memory of the machine, would let hundreds of megabytes of that gather. It is no limit: what is
 * needed is taken.
 */
export const keepHeapSmall = (): void => setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
