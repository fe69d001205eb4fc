import { setFlagsFromString } from 'node:v8'

/** Percent that the heap may grow beyond what is in use before old objects are collected. */
const GROWTH_PERCENT = 300

/**
 * To be called before anything else. Some 20 MB of a collector are old; V8 would collect them as soon as a third has come
 * to them, twice a second under load, and its threads that mark take the cores of whoever else is on the machine: what was
 * the 99th percentile of an answer. It is no limit: what is needed is taken. An option of Node, it can not be given with
 * NODE_OPTIONS.
 */
export const letHeapGrow = (): void => setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
