import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { loadCursor, saveCursor } from '../state/cursors.ts'

const begunJob = z.object({
  id: z.string(),
  /** Of what was or will be uploaded. */
  digest: z.string(),
  /** What the job writes to: nothing else may, until it has ended. See `handKey`. */
  keys: z.array(z.string()).default([]),
})

/** A job that was begun: whoever comes after a crash goes on with it and does not send it again. */
export type BegunJob = Readonly<z.output<typeof begunJob>>

export interface JobStore {
  load(key: string): Promise<BegunJob | undefined>
  save(key: string, job: BegunJob | undefined): Promise<void>
}

export function createJobStore(warehouse: Warehouse, ws: number, now: () => number): JobStore {
  const nameOf = (key: string): string => `bulk:${key}`
  return {
    async load(key) {
      const value = (await loadCursor(warehouse, ws, nameOf(key)))?.value
      return value ? begunJob.parse(JSON.parse(value)) : undefined
    },
    async save(key, job) {
      const name = nameOf(key)
      const version = (await loadCursor(warehouse, ws, name))?.version
      await saveCursor(warehouse, { ws, name, value: job ? JSON.stringify(job) : '', version }, now())
    },
  }
}
