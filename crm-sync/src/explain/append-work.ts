import { CRM_WORK_TOPIC, crmWorkKey, encodeCrmWork, type CrmWork } from '@leadline/contract'
import type { Stream } from '@leadline/stream'
import { nextVersion } from '../state/version.ts'
import type { Subject } from './select-subjects.ts'

/** Asks the running sync to look at these subjects. Durable when it resolves; asking again does no harm. */
export async function appendWork(
  stream: Stream,
  request: {
    readonly ws: number
    readonly subjects: readonly Subject[]
    readonly reason: string
    readonly nowMs: number
  },
): Promise<void> {
  const { ws, subjects, reason, nowMs } = request
  const version = nextVersion(undefined, nowMs)
  const works = subjects.map(({ kind, id }): CrmWork => ({ v: 1, workspace: ws, kind, id, reason, version }))
  if (works.length === 0) return
  await stream.append(
    CRM_WORK_TOPIC,
    works.map((work) => ({ key: crmWorkKey(work), value: encodeCrmWork(work) })),
  )
}
