import { setTimeout } from 'node:timers/promises'
import { CRM_WORK_TOPIC, GROUPS } from '@leadline/contract'
import { appendWork } from '@leadline/crm-sync/operate'
import { openStream, type Stream } from '@leadline/stream'
import type { Command } from '../command.ts'
import { chooseSubjects, subjectFlags } from '../salesforce/choose-subjects.ts'
import { salesforceFlags, withCrm } from '../salesforce/read-crm.ts'

const WAIT_MS = 120_000
const LOOK_MS = 200
const LATE = 2

export const salesforceSync: Command = {
  name: 'salesforce sync',
  summary: 'have people or a company compared with Salesforce now, and wait until that is done',
  details:
    'What differs is written by the rules of the workspace. `salesforce backfill` does this for everybody.',
  flags: { ...salesforceFlags, ...subjectFlags },
  exitCodes: { 0: 'compared', 1: 'it failed', 2: 'handed over, but not done within two minutes' },
  run: (flags, terminal) =>
    withCrm(flags, async (workspace) => {
      const subjects = await chooseSubjects(flags, workspace)
      const stream = await openStream(workspace.settings.stream)
      try {
        await appendWork(stream, { ws: workspace.ws, subjects, reason: 'lead', nowMs: Date.now() })
        const done = await waitUntilTaken(stream)
        if (flags.isSet('json')) terminal.line(JSON.stringify({ asked: subjects.length, done }))
        else terminal.line(`${subjects.length} ${done ? 'compared' : 'handed over; the sync is still at it'}`)
        return done ? 0 : LATE
      } finally {
        await stream.close()
      }
    }),
}

async function waitUntilTaken(stream: Stream): Promise<boolean> {
  const deadline = Date.now() + WAIT_MS
  while (Date.now() < deadline) {
    const lag = await stream.admin.lag(GROUPS.crmSync, CRM_WORK_TOPIC)
    if (Object.values(lag).every((behind) => behind === 0)) return true
    await setTimeout(LOOK_MS)
  }
  return false
}
