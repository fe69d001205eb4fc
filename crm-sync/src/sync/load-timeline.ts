import { buildLink } from '../plan/link.ts'
import type { CrmRecord, Link } from '../plan/operation.ts'
import type { PersonState, TimelineRow } from '../plan/subjects.ts'
import { findTimelineRows } from '../salesforce/find-records.ts'
import type { ReadScope } from '../salesforce/open-org.ts'
import { linkKey, type RoundState } from '../state/load-round.ts'
import { shadowKey } from '../state/shadows.ts'

export interface Timeline {
  /** By session id. */
  readonly rows: ReadonlyMap<string, TimelineRow>
  /** Rows that Salesforce has and we did not know of: the answer that made them was lost. */
  readonly recovered: readonly { readonly link: Link; readonly record: CrmRecord }[]
}

/**
 * Nobody but us writes timeline rows, so what we last wrote stands for what is there. Rows we do not know of are
 * looked for only where an earlier try may have made them; a row that is made twice would be the same row anyway.
 */
export async function loadTimeline(
  read: ReadScope,
  state: RoundState,
  isRepeated: (contactId: string) => boolean,
): Promise<Timeline> {
  const sessionIds = state.people.flatMap(sessionIdsOf)
  const rows = new Map<string, TimelineRow>()
  for (const id of sessionIds) {
    const link = state.links.get(linkKey({ kind: 'session', id }))
    if (link === undefined || link.gone) continue
    rows.set(id, { link, fields: state.shadows.get(shadowKey(link.object, link.crmId))?.fields ?? {} })
  }
  const repeated = state.people.filter((person) => isRepeated(person.contactId)).flatMap(sessionIdsOf)
  const unknown = [...new Set(repeated.filter((id) => !rows.has(id)))]
  const recovered = [...(await findTimelineRows(read, unknown))].map(([id, record]) => ({
    link: buildLink({ kind: 'session', id }, record, id),
    record,
  }))
  for (const { link, record } of recovered) rows.set(link.id, { link, fields: record.fields })
  return { rows, recovered }
}

const sessionIdsOf = (person: PersonState): readonly string[] => [
  ...person.sessions.map((session) => session.sessionId),
  ...person.vanished.map((session) => session.sessionId),
]
