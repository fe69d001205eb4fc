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
  type Plan,
  type PlannedValue,
} from './operation.ts'
import { createSources, type Sources } from './sources.ts'
import type { RoundRules } from './rules.ts'
import type { Errand, SessionState, TimelineRow, VanishedSession } from './subjects.ts'
import { buildSummary } from './summary.ts'
import { buildUnits, dayOf, findEmptyDays, type TimelineUnit } from './timeline-units.ts'

export const ACTIVITY = 'Leadline_Activity__c'
export const TASK = 'Task'
export type TimelineObject = typeof ACTIVITY | typeof TASK

/** Lookups of a row: who it hangs on. */
export const ANCHOR_FIELDS: Readonly<Record<TimelineObject, readonly string[]>> = {
  [ACTIVITY]: ['Leadline_Lead__c', 'Leadline_Contact__c', 'Leadline_Account__c'],
  [TASK]: ['WhoId', 'WhatId'],
}

/** Of them the one for the Account. */
export const ACCOUNT_FIELDS: Readonly<Record<TimelineObject, string>> = {
  [ACTIVITY]: 'Leadline_Account__c',
  [TASK]: 'WhatId',
}

/** What the mapping may draw on for a row. */
const sourcesOf = (unit: TimelineUnit): Sources =>
  createSources({
    session: {
      id: unit.id,
      name: nameOf(unit),
      start: unit.startedAtMs,
      end: unit.endedAtMs,
      summary: buildSummary(unit),
      pages: unit.pages,
      events: unit.events,
      visits: unit.visits,
      url: webAddress(unit.entryUrl),
      minutes: Math.round(unit.durationS / 60),
      source: unit.source,
      medium: unit.medium,
      campaign: unit.campaign,
      referrer: unit.referrer,
      status: 'Completed',
    },
  })

const nameOf = ({ kind, startedAtMs }: TimelineUnit): string =>
  kind === 'day'
    ? `Visits ${dayOf(startedAtMs)}`
    : `Visit ${new Date(startedAtMs).toISOString().slice(0, 16).replace('T', ' ')}`

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
  readonly formerDays: readonly string[]
  /** By session or day id, as known from earlier. */
  readonly rows: ReadonlyMap<string, TimelineRow>
  readonly anchor: Anchor
  /** Our id on the person's record. */
  readonly externalId: string
  readonly schemas: Readonly<Record<'activity' | 'task', ObjectSchema>>
  readonly rules: RoundRules
  /** Visits whose last event is later than this may go on. */
  readonly openSinceMs: number
  /** Rows of visits that go on wait for the next refresh. */
  readonly holdOpen: boolean
  readonly errand: Errand
}

export interface TimelinePlan {
  readonly operations: readonly Operation[]
  /** Rows that are not made, by signature of the reason. */
  readonly omitted: Plan['omitted']
  /** Of vanished sessions whose row passed to another one in a try whose answer was lost. */
  readonly links: readonly Link[]
  /** A row of a visit that goes on was held back. */
  readonly held: boolean
}

/** One row per visit or day; a row whose session was joined to another is re-linked to it, or deleted. */
export function planTimeline(all: TimelineInput): TimelinePlan {
  const { per } = all.rules.crm.timeline
  const units = buildUnits({ ...all, per })
  const passed = findPassed(all)
  const vanished = all.vanished.filter(({ sessionId }) => !passed.has(sessionId))
  const input = { ...all, units, vanished }
  const heirs = findHeirs(input)
  const operations: Operation[] = []
  let held = false
  for (const unit of shownUnits(input)) {
    const operation = planRow(input, unit, input.rows.get(unit.id) ?? heirs.get(unit.id))
    if (operation === undefined) continue
    if (input.holdOpen && unit.endedAtMs > input.openSinceMs && !isMove(operation)) held = true
    else operations.push(operation)
  }
  const inherited = new Set([...heirs.values()].map((row) => row.link.id))
  const deletions = [...vanished, ...findEmptyDays({ ...all, per }, units, all.formerDays)]
    .filter((session) => !session.livesOn && !inherited.has(session.sessionId))
    .flatMap((session) => planDeletion(input, session))
  const links = [...passed.values()].map((link) => ({ ...link, gone: true }))
  return { operations: [...deletions, ...operations], omitted: findOmitted(input), links, held }
}

/** Rows wait where there is no room for them. */
const isRoomless = ({ rules, rows }: UnitsInput, unit: TimelineUnit): boolean =>
  rules.isStorageFull && !rows.has(unit.id)

function findOmitted(input: UnitsInput): Plan['omitted'] {
  const isAny = input.rules.isStorageFull && input.units.some((unit) => isRoomless(input, unit))
  return isAny ? [{ workKey: input.errand.workKey, signature: `${objectOfNew(input)} | storage_full` }] : []
}

/** A new row, or one that passes to another person or session, does not wait for the next refresh. */
const isMove = ({ crmId, fields }: Operation): boolean =>
  crmId === '' || MOVES.some((field) => fields[field] !== undefined)

const MOVES = [EXTERNAL_ID, 'Leadline_Lead__c', 'Leadline_Contact__c', 'WhoId']

interface UnitsInput extends TimelineInput {
  readonly units: readonly TimelineUnit[]
}

/** A row that stands is kept in step; beyond the cap of a day no more are made. */
function shownUnits(input: UnitsInput): readonly TimelineUnit[] {
  const { units, rows, rules } = input
  const { maxPerDay, minEvents } = rules.crm.timeline
  const perDay = new Map<string, number>()
  return units.filter((unit) => {
    const day = dayOf(unit.startedAtMs)
    const count = perDay.get(day) ?? 0
    if (isRoomless(input, unit)) return false
    if (!rows.has(unit.id) && (count >= maxPerDay || unit.events < minEvents)) return false
    perDay.set(day, count + 1)
    return true
  })
}

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
function findHeirs({ units, vanished, rows }: UnitsInput): Map<string, TimelineRow> {
  const heirs = new Map<string, TimelineRow>()
  const ended = vanished.filter(({ livesOn }) => !livesOn)
  // The earliest of several joined sessions gives its row.
  for (const gone of ended.toSorted((a, b) => a.startedAtMs - b.startedAtMs)) {
    const row = rows.get(gone.sessionId)
    if (!isActive(row?.link)) continue
    const heir = units.find(
      (unit) =>
        unit.kind === 'session' &&
        rows.get(unit.id) === undefined &&
        !heirs.has(unit.id) &&
        unit.startedAtMs <= gone.startedAtMs &&
        gone.startedAtMs <= unit.endedAtMs,
    )
    if (heir && row) heirs.set(heir.id, row)
  }
  return heirs
}

function planRow(
  input: TimelineInput,
  unit: TimelineUnit,
  row: TimelineRow | undefined,
): Operation | undefined {
  if (row && !isActive(row.link)) return undefined
  const target = { object: row ? objectOf(row) : objectOfNew(input), id: unit.id, kind: unit.kind }
  const fields: FieldChanges = {
    ...rekey(row, unit.id),
    ...buildChanges({
      object: target.object,
      rules: input.rules.mapping[target.object],
      sources: sourcesOf(unit),
      schema: schemaOf(input, target.object),
      current: row?.fields,
      shadow: undefined,
      refusalOf: input.rules.refusalOf,
    }),
    ...anchorChanges(input, target.object, row?.fields),
  }
  if (Object.keys(fields).length === 0) return undefined
  const action = row ? 'update' : 'upsert'
  return { ...toOperation(input, target), action, crmId: row?.link.crmId ?? '', fields }
}

const objectOfNew = ({ rules }: TimelineInput): TimelineObject =>
  rules.crm.timeline.as === 'task' ? TASK : ACTIVITY

const objectOf = ({ link }: TimelineRow): TimelineObject => (link.object === TASK ? TASK : ACTIVITY)

const schemaOf = ({ schemas }: TimelineInput, object: TimelineObject): ObjectSchema =>
  object === TASK ? schemas.task : schemas.activity

const rekey = (row: TimelineRow | undefined, id: string): FieldChanges =>
  row === undefined || row.link.id === id ? {} : { [EXTERNAL_ID]: { old: row.link.externalId, new: id } }

const toOperation = (
  { errand }: TimelineInput,
  { object, kind, id }: { readonly object: TimelineObject } & Pick<TimelineUnit, 'kind' | 'id'>,
) =>
  ({
    object,
    kind,
    id,
    externalId: id,
    reason: errand.reason,
    workKeys: [errand.workKey],
  }) as const

/** Lookups may also be emptied: a row hangs on the Lead or on the Contact, not on both. */
function anchorsOf({ anchor }: TimelineInput, object: TimelineObject): Record<string, PlannedValue> {
  const { person, account } = anchor
  const isContact = anchor.object === 'Contact'
  // Salesforce lets a Task of a Lead be related to nothing else.
  if (object === TASK) return { WhoId: person, ...(isContact && account !== null ? { WhatId: account } : {}) }
  return {
    Leadline_Lead__c: isContact ? null : person,
    Leadline_Contact__c: isContact ? person : null,
    // An Account that is not known now says nothing about the one that a row already has.
    ...(account === null ? {} : { Leadline_Account__c: account }),
  }
}

function anchorChanges(
  input: TimelineInput,
  object: TimelineObject,
  current: CrmFields | undefined,
): FieldChanges {
  const changes: Record<string, FieldChange> = {}
  for (const [name, value] of Object.entries(anchorsOf(input, object))) {
    const field = schemaOf(input, object)[name]
    const old = current?.[name] ?? null
    if (field && (isReference(value) || isChanged(old, value, field.type)))
      changes[name] = { old, new: value }
  }
  return changes
}

const isChanged = (old: FieldValue, value: FieldValue, type: string): boolean =>
  !isSameValue(old, value, type)

function planDeletion(input: TimelineInput, { sessionId: id }: VanishedSession): readonly Operation[] {
  const row = input.rows.get(id)
  if (!row || !isActive(row.link)) return []
  const { kind, crmId, externalId } = row.link
  const target = { object: objectOf(row), kind: kind === 'day' ? kind : 'session', id } as const
  return [{ ...toOperation(input, target), action: 'delete', externalId, crmId, fields: {} }]
}
