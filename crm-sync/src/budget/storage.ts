import { z } from 'zod'
import type { Send } from '../salesforce/request.ts'

/** What a record takes of the org's data storage, whatever it holds. */
export const RECORD_KB = 2

export interface Storage {
  readonly usedMb: number
  readonly maxMb: number
}

const limits = z.object({ DataStorageMB: z.object({ Max: z.number(), Remaining: z.number() }).optional() })

/** Data storage of the org; undefined when it does not say. */
export async function readStorage(send: Send): Promise<Storage | undefined> {
  const { value } = await send({ method: 'GET', path: '/limits', answer: limits, lane: 'owner' })
  const { DataStorageMB: storage } = value
  return storage && { usedMb: storage.Max - storage.Remaining, maxMb: storage.Max }
}

export const isOver = ({ usedMb, maxMb }: Storage, percent: number): boolean =>
  usedMb * 100 >= maxMb * percent

export interface StorageForecast extends Storage {
  /** Records that we make in a day at present. */
  readonly recordsPerDay: number
  /** What they take. */
  readonly mbPerDay: number
  /** From here on no timeline rows are made. */
  readonly stopsAtMb: number
  /** Until then at this pace; null when nothing is made. */
  readonly daysLeft: number | null
}

export function forecastStorage(
  storage: Storage,
  { recordsPerDay, stopAtPercent }: { readonly recordsPerDay: number; readonly stopAtPercent: number },
): StorageForecast {
  const mbPerDay = (recordsPerDay * RECORD_KB) / 1024
  const stopsAtMb = (storage.maxMb * stopAtPercent) / 100
  const room = Math.max(0, stopsAtMb - storage.usedMb)
  return {
    ...storage,
    recordsPerDay,
    mbPerDay,
    stopsAtMb,
    daysLeft: mbPerDay === 0 ? null : Math.floor(room / mbPerDay),
  }
}
