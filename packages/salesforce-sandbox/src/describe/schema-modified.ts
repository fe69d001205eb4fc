import { createHash } from 'node:crypto'
import { z } from 'zod'
import { parseDateTimeMs } from '../clock.ts'
import type { Org } from '../org.ts'

const stampSchema = z.object({ hash: z.string(), atMs: z.number() })

type Kept = Pick<Org, 'schema' | 'state' | 'clock'>

/** Notes the time when the org starts with another schema than it had before. */
export function noteSchema(org: Kept): void {
  const text = JSON.stringify([org.schema.objects, org.schema.permissionSets.map(toPlain)])
  const hash = createHash('sha256').update(text).digest('hex')
  const known = org.state.getJson('schema', stampSchema)
  if (known?.hash !== hash) org.state.setJson('schema', { hash, atMs: wholeSecond(org.clock.nowMs()) })
}

function toPlain(set: Org['schema']['permissionSets'][number]): unknown {
  return { ...set, objects: [...set.objects], fields: [...set.fields] }
}

/** When what describe says last changed, in whole seconds: the schema, or somebody's permissions. */
export function schemaModifiedMs(org: Kept & Pick<Org, 'store'>): number {
  let latestMs = org.state.getJson('schema', stampSchema)?.atMs ?? 0
  for (const assignment of org.store.all('PermissionSetAssignment')) {
    const changedMs = parseDateTimeMs(String(assignment.values['SystemModstamp'])) ?? 0
    latestMs = Math.max(latestMs, changedMs)
  }
  const changedMs = Number(org.state.get('permissionsChangedMs') ?? 0)
  return Math.max(latestMs, changedMs)
}

function wholeSecond(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000
}
