import type { CrmObject } from '../plan/operation.ts'
import type { Scope } from './load-round.ts'
import { loadShadows, shadowKey } from './shadows.ts'
import { nextVersion } from './version.ts'

interface RecordKey {
  readonly object: CrmObject
  readonly crmId: string
}

/** A link that leads to another record than before: after a conversion or a merge. */
export interface Move {
  readonly externalId: string
  readonly from: RecordKey
  readonly to: RecordKey
}

/** What we wrote on the former record came along to the new one, and stays ours there. */
export async function carryShadows(
  { warehouse, ws }: Scope,
  moves: readonly Move[],
  nowMs: number,
): Promise<void> {
  const known = await loadShadows(
    warehouse,
    ws,
    moves.flatMap(({ from, to }) => [from, to]),
  )
  const rows = moves.flatMap(({ from, to, externalId }) => {
    const shadow = known.get(shadowKey(from.object, from.crmId))
    if (shadow === undefined || known.has(shadowKey(to.object, to.crmId))) return []
    return [
      {
        ws,
        object: to.object,
        crm_id: to.crmId,
        external_id: externalId,
        fields: JSON.stringify(shadow.fields),
        written: JSON.stringify(shadow.written),
        replaced: '{}',
        modstamp: '',
        // Below what the same moment writes about the record itself.
        version: nextVersion(undefined, nowMs - 1),
        gone: 0,
      },
    ]
  })
  await warehouse.insert('crm_shadow', rows)
}
