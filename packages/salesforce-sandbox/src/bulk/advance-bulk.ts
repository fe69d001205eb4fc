import type { Org } from '../org.ts'
import { setTimer } from '../timers/set-timer.ts'
import { findJob, saveJob, type BulkJob } from './bulk-job.ts'
import { runIngest } from './run-ingest.ts'
import { runBulkQuery } from './run-bulk-query.ts'

/** One step of a job on its way: out of the queue, or through the work. */
export function advanceBulk(org: Org, id: string): void {
  const job = findJob(org, id)
  if (!job || (job.state !== 'UploadComplete' && job.state !== 'InProgress')) return
  const { hold, perRecordMs } = org.cells.bulk.get()
  if (hold === job.state) return
  if (job.state === 'InProgress') return work(org, job)
  saveJob(org, { ...job, state: 'InProgress' })
  const rows = org.state.get(`jobdata:${id}`)?.split('\n').length ?? 0
  setTimer(org, { atMs: org.clock.nowMs() + rows * perRecordMs, kind: 'bulk', id })
}

function work(org: Org, job: BulkJob): void {
  if (job.kind === 'query') runBulkQuery(org, job)
  else runIngest(org, job)
}

export function queueJob(org: Org, id: string): void {
  setTimer(org, { atMs: org.clock.nowMs() + org.cells.bulk.get().queueMs, kind: 'bulk', id })
}

/** Lets held jobs go on. */
export function releaseJobs(org: Org): void {
  for (const key of org.state.keys('job:')) {
    const job = findJob(org, key.slice('job:'.length))
    if (job?.state === 'UploadComplete' || job?.state === 'InProgress') queueJob(org, job.id)
  }
}
