import { ACCOUNT_FIELDS, ACTIVITY, TASK } from '../plan/activity.ts'
import { isBlank } from '../plan/field-values.ts'
import { buildLink, isActive } from '../plan/link.ts'
import type { CrmRecord, Link } from '../plan/operation.ts'
import type { CrmRules } from '../plan/rules.ts'
import type { PersonState, Standing, TimelineRow } from '../plan/subjects.ts'
import { dayId, dayOf } from '../plan/timeline-units.ts'
import { findRows } from '../salesforce/find-rows.ts'
import type { ReadScope } from '../salesforce/open-org.ts'
import type { RoundState, Scope } from '../state/load-round.ts'
import { hasRows, withRows } from '../state/load-rows.ts'
import { shadowKey } from '../state/shadows.ts'

export interface Timeline {
  /** By session or day id. */
  readonly rows: ReadonlyMap<string, TimelineRow>
  /** Rows that Salesforce has and we did not know of: the answer that made them was lost. */
  readonly recovered: readonly Recovered[]
}

interface Recovered {
  readonly link: Link
  readonly record: CrmRecord
}

/** The state with the days of people, where there are rows of days, or will be. */
export async function loadDays(
  scope: Scope,
  { state, people }: { readonly state: RoundState; readonly people: ReadonlyMap<string, Standing> },
  { as, per }: CrmRules['timeline'],
): Promise<RoundState> {
  if (as === 'none' || (per === 'session' && !(await hasRows(scope, 'day')))) return state
  const ids = state.people.flatMap((person) => dayIdsOf(person, people))
  return await withRows(scope, state, { kind: 'day', ids: [...new Set(ids)] })
}

export interface TimelineWanted {
  readonly state: RoundState
  readonly people: ReadonlyMap<string, Standing>
  readonly timeline: CrmRules['timeline']
  readonly isRepeated: (contactId: string) => boolean
  /** Salesforce id of the Account of a person's company, if it has one. */
  readonly accountOf: (person: PersonState) => string | undefined
}

/**
 * Nobody but us writes timeline rows, so what we last wrote stands for what is there. Rows we do not know of are
 * looked for only where an earlier try, or an earlier installation, may have made them; a row that is made twice would
 * be the same row anyway.
 */
export async function loadTimeline(read: ReadScope, wanted: TimelineWanted): Promise<Timeline> {
  const { state, people, timeline } = wanted
  const rows = new Map<string, TimelineRow>()
  for (const link of state.links.values())
    if ((link.kind === 'session' || link.kind === 'day') && !link.gone)
      rows.set(link.id, { link, fields: state.shadows.get(shadowKey(link.object, link.crmId))?.fields ?? {} })
  // Without a record there it has no rows either.
  const repeated = state.people.filter((person) => {
    const standing = people.get(person.contactId)
    return standing?.at !== 'none' && (wanted.isRepeated(person.contactId) || isKnownThere(person, standing))
  })
  const kind = timeline.per
  const idsOf = (person: PersonState): readonly string[] =>
    kind === 'day' ? dayIdsOf(person, people) : sessionIdsOf(person)
  const unknown = [...new Set(repeated.flatMap(idsOf))].filter((id) => !rows.has(id))
  const made =
    timeline.as === 'none' ? [] : await findRows(read, timeline.as === 'task' ? TASK : ACTIVITY, unknown)
  const recovered: Recovered[] = [...made].map(([id, record]) => ({
    link: buildLink({ kind, id }, record, id),
    record,
  }))
  recovered.push(...(await readMoved(read, wanted, rows)))
  for (const { link, record } of recovered) rows.set(link.id, { link, fields: record.fields })
  return { rows, recovered }
}

/**
 * Salesforce takes rows along when it merges records, and Tasks when it converts a Lead: those that we knew under another
 * record are read.
 */
async function readMoved(
  read: ReadScope,
  { state, people, accountOf }: TimelineWanted,
  rows: ReadonlyMap<string, TimelineRow>,
): Promise<readonly Recovered[]> {
  const moved = state.people.flatMap((person) => {
    const standing = people.get(person.contactId)
    const record = standing !== undefined && 'record' in standing ? standing.record : undefined
    const own = [...sessionIdsOf(person), ...dayIdsOf(person, people)].flatMap((id) => rows.get(id) ?? [])
    return own.filter((row) => isUnderAnother(row, { record, account: accountOf(person) }))
  })
  const found = await Promise.all(
    ([ACTIVITY, TASK] as const).map((object) =>
      findRows(
        read,
        object,
        moved.filter(({ link }) => link.object === object).map(({ link }) => link.externalId),
      ),
    ),
  )
  return moved.flatMap(({ link }) => {
    const record = found.flatMap((records) => records.get(link.externalId) ?? []).at(0)
    return record ? [{ link, record }] : []
  })
}

interface Parents {
  readonly record: CrmRecord | undefined
  /** Salesforce id. */
  readonly account: string | undefined
}

function isUnderAnother({ link, fields }: TimelineRow, { record, account }: Parents): boolean {
  if (!isActive(link)) return false
  const object = link.object === TASK ? TASK : ACTIVITY
  const isElsewhere = (field: string, id: string | undefined): boolean =>
    id !== undefined && !isBlank(fields[field] ?? null) && fields[field] !== id
  return (
    isElsewhere(ACCOUNT_FIELDS[object], account) ||
    (record !== undefined && isElsewhere(personField(object, record), record.id))
  )
}

/** A row of ours hangs on a Lead by one field and on a Contact by another. */
function personField(object: typeof ACTIVITY | typeof TASK, { object: person }: CrmRecord): string {
  if (object === TASK) return 'WhoId'
  return person === 'Contact' ? 'Leadline_Contact__c' : 'Leadline_Lead__c'
}

export const sessionIdsOf = (person: PersonState): readonly string[] => [
  ...person.sessions.map((session) => session.sessionId),
  ...person.vanished.map((session) => session.sessionId),
]

export function dayIdsOf(person: PersonState, people: ReadonlyMap<string, Standing>): readonly string[] {
  const standing = people.get(person.contactId)
  if (standing === undefined || !('externalId' in standing)) return []
  const days = new Set([
    ...person.formerDays,
    ...person.sessions.map(({ startedAtMs }) => dayOf(startedAtMs)),
  ])
  return [...days].map((day) => dayId(standing.externalId, day))
}

/** The record has an id of ours, and we know of no link to it. */
const isKnownThere = ({ link }: PersonState, standing: Standing | undefined): boolean =>
  link === undefined && standing !== undefined && 'record' in standing && standing.record.externalId !== ''
