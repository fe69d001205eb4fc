import { buildChanges } from './field-mapping.ts'
import { isSameValue, type CrmFields, type FieldValue, type ObjectSchema } from './field-values.ts'
import { isActive } from './link.ts'
import {
  EXTERNAL_ID,
  isReference,
  type FieldChange,
  type FieldChanges,
  type Link,
  type Operation,
  type PlannedValue,
} from './operation.ts'
import { createSources, type Sources } from './sources.ts'
import type { RoundRules } from './rules.ts'
import type { Errand, SessionState, TimelineRow, VanishedSession } from './subjects.ts'
import { buildSummary } from './summary.ts'

export const ACTIVITY = 'Leadline_Activity__c'

/** Lookups of a row: who it hangs on. */
export const ANCHOR_FIELDS: readonly string[] = [
  'Leadline_Lead__c',
  'Leadline_Contact__c',
  'Leadline_Account__c',
]

/** What the mapping may draw on for a row. */
const sourcesOf = (session: SessionState): Sources =>
  createSources({
    session: {
      id: session.sessionId,
      name: nameOf(session),
      start: session.startedAtMs,
      end: session.endedAtMs,
      summary: buildSummary(session),
      pages: session.pages,
      events: session.events,
      url: webAddress(session.entryUrl),
      minutes: Math.round(session.durationS / 60),
      source: session.source,
      medium: session.medium,
      campaign: session.campaign,
      referrer: session.referrer,
    },
  })

const nameOf = (session: SessionState): string =>
  `Visit ${new Date(session.startedAtMs).toISOString().slice(0, 16).replace('T', ' ')}`

const webAddress = (url: string): string => (/^https?:\/\//i.test(url) ? url : '')

/** Who the timeline row hangs on: Salesforce ids, or records of the same plan. */
export interface Anchor {
  readonly object: 'Lead' | 'Contact'
  readonly person: PlannedValue
  readonly account: PlannedValue
}

export interface TimelineInput {
  readonly sessions: readonly SessionState[]
  readonly vanished: readonly VanishedSession[]
  /** By session id, as known from earlier. */
  readonly rows: ReadonlyMap<string, TimelineRow>
  readonly anchor: Anchor
  readonly schema: ObjectSchema
  readonly rules: RoundRules
  /** Visits whose last event is later than this may go on. */
  readonly openSinceMs: number
  /** Rows of visits that go on wait for the next refresh. */
  readonly holdOpen: boolean
  readonly errand: Errand
}

export interface TimelinePlan {
  readonly operations: readonly Operation[]
  /** Of vanished sessions whose row passed to another one in a try whose answer was lost. */
  readonly links: readonly Link[]
  /** A row of a visit that goes on was held back. */
  readonly held: boolean
}

/** One row per session; a row whose session was joined to another is re-linked to it, or deleted. */
export function planTimeline(all: TimelineInput): TimelinePlan {
  const passed = findPassed(all)
  const input = { ...all, vanished: all.vanished.filter(({ sessionId }) => !passed.has(sessionId)) }
  const heirs = findHeirs(input)
  const operations: Operation[] = []
  let held = false
  for (const session of shownSessions(input)) {
    const row = input.rows.get(session.sessionId) ?? heirs.get(session.sessionId)
    const operation = planRow(input, session, row)
    if (operation === undefined) continue
    if (input.holdOpen && session.endedAtMs > input.openSinceMs && !isMove(operation)) held = true
    else operations.push(operation)
  }
  const inherited = new Set([...heirs.values()].map((row) => row.link.id))
  const deletions = input.vanished
    .filter((session) => !session.livesOn && !inherited.has(session.sessionId))
    .flatMap((session) => planDeletion(input, session))
  const links = [...passed.values()].map((link) => ({ ...link, gone: true }))
  return { operations: [...deletions, ...operations], links, held }
}

/** A new row, or one that passes to another person or session, does not wait for the next refresh. */
const isMove = ({ crmId, fields }: Operation): boolean =>
  crmId === '' || MOVES.some((field) => fields[field] !== undefined)

const MOVES = [EXTERNAL_ID, 'Leadline_Lead__c', 'Leadline_Contact__c']

/** A row that stands is kept in step; beyond the cap of a day no more are made. */
function shownSessions({ sessions, rows, rules }: TimelineInput): readonly SessionState[] {
  const { maxPerDay, minEvents } = rules.crm.timeline
  const perDay = new Map<number, number>()
  const ordered = sessions.toSorted((a, b) => a.startedAtMs - b.startedAtMs)
  return ordered.filter((session) => {
    const day = Math.floor(session.startedAtMs / DAY_MS)
    const count = perDay.get(day) ?? 0
    if (!rows.has(session.sessionId) && (count >= maxPerDay || session.events < minEvents)) return false
    perDay.set(day, count + 1)
    return true
  })
}

const DAY_MS = 86_400_000

/** A row that already carries the id of another session is that one's, whatever our link says. */
function findPassed({ sessions, vanished, rows }: TimelineInput): ReadonlyMap<string, Link> {
  const taken = new Set(sessions.map(({ sessionId }) => rows.get(sessionId)?.link.crmId))
  const passed = vanished.flatMap(({ sessionId }) => {
    const link = rows.get(sessionId)?.link
    return link && isActive(link) && taken.has(link.crmId) ? [[sessionId, link] as const] : []
  })
  return new Map(passed)
}

/**
 * A late event can give a session an earlier start and so another id. The new session has no row yet and spans
 * the start of the vanished one: it takes that row over, so that what reps see keeps its place.
 */
function findHeirs({ sessions, vanished, rows }: TimelineInput): Map<string, TimelineRow> {
  const heirs = new Map<string, TimelineRow>()
  const ended = vanished.filter(({ livesOn }) => !livesOn)
  // The earliest of several joined sessions gives its row.
  for (const gone of ended.toSorted((a, b) => a.startedAtMs - b.startedAtMs)) {
    const row = rows.get(gone.sessionId)
    if (!isActive(row?.link)) continue
    const heir = sessions.find(
      (session) =>
        rows.get(session.sessionId) === undefined &&
        !heirs.has(session.sessionId) &&
        session.startedAtMs <= gone.startedAtMs &&
        gone.startedAtMs <= session.endedAtMs,
    )
    if (heir && row) heirs.set(heir.sessionId, row)
  }
  return heirs
}

function planRow(
  input: TimelineInput,
  session: SessionState,
  row: TimelineRow | undefined,
): Operation | undefined {
  if (row && !isActive(row.link)) return undefined
  const { sessionId } = session
  const fields: FieldChanges = {
    ...rekey(row, sessionId),
    ...buildChanges({
      object: ACTIVITY,
      rules: input.rules.mapping[ACTIVITY],
      sources: sourcesOf(session),
      schema: input.schema,
      current: row?.fields,
      shadow: undefined,
      refusalOf: input.rules.refusalOf,
    }),
    ...anchorChanges(input, row?.fields),
  }
  if (Object.keys(fields).length === 0) return undefined
  const action = row ? 'update' : 'upsert'
  return { ...toOperation(input, sessionId), action, crmId: row?.link.crmId ?? '', fields }
}

const rekey = (row: TimelineRow | undefined, sessionId: string): FieldChanges =>
  row === undefined || row.link.id === sessionId
    ? {}
    : { [EXTERNAL_ID]: { old: row.link.externalId, new: sessionId } }

const toOperation = ({ errand }: TimelineInput, sessionId: string) =>
  ({
    object: ACTIVITY,
    kind: 'session',
    id: sessionId,
    externalId: sessionId,
    reason: errand.reason,
    workKeys: [errand.workKey],
  }) as const

/** Lookups may also be emptied: a row hangs on the Lead or on the Contact, not on both. */
function anchorChanges({ anchor, schema }: TimelineInput, current: CrmFields | undefined): FieldChanges {
  const wanted: Record<string, PlannedValue> = {
    Leadline_Lead__c: anchor.object === 'Lead' ? anchor.person : null,
    Leadline_Contact__c: anchor.object === 'Contact' ? anchor.person : null,
    // An Account that is not known now says nothing about the one that a row already has.
    ...(anchor.account === null ? {} : { Leadline_Account__c: anchor.account }),
  }
  const changes: Record<string, FieldChange> = {}
  for (const [name, value] of Object.entries(wanted)) {
    const field = schema[name]
    const old = current?.[name] ?? null
    if (field && (isReference(value) || isChanged(old, value, field.type)))
      changes[name] = { old, new: value }
  }
  return changes
}

const isChanged = (old: FieldValue, value: FieldValue, type: string): boolean =>
  !isSameValue(old, value, type)

function planDeletion(input: TimelineInput, { sessionId }: VanishedSession): readonly Operation[] {
  const link = input.rows.get(sessionId)?.link
  if (!isActive(link)) return []
  const { crmId, externalId } = link
  return [{ ...toOperation(input, sessionId), action: 'delete', externalId, crmId, fields: {} }]
}
