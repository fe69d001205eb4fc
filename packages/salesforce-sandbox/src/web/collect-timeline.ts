import { parseDateTimeMs } from '../clock.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValue, StoredRecord } from '../store/stored-record.ts'
import { valueOf, type Shown, type Viewer } from './viewer.ts'

/** One entry of a record's activity timeline. */
export interface TimelineEntry {
  readonly kind: 'website' | 'task'
  readonly id: string
  readonly atMs: number
  /** Due on a day, at no particular time. */
  readonly isWholeDay: boolean
  readonly title: string
  readonly summary: string | null
  /** Person the entry is about; null on that person's own page. */
  readonly personId: string | null
  readonly pages: number | null
  readonly events: number | null
  readonly durationMs: number | null
  readonly url: string | null
}

export interface Timeline {
  /** Open tasks, the next one first. */
  readonly upcoming: readonly TimelineEntry[]
  /** Done and seen, the latest first. */
  readonly past: readonly TimelineEntry[]
}

const ACTIVITY = 'Leadline_Activity__c'

/** Field of an activity that points to a record of this object. */
const ACTIVITY_LINKS: Readonly<Record<string, string>> = {
  Lead: 'Leadline_Lead__c',
  Contact: 'Leadline_Contact__c',
  Account: 'Leadline_Account__c',
}

/** Website sessions and tasks of a lead, contact or account, as far as the rep may see them. */
export function collectTimeline(viewer: Viewer, shown: Shown): Timeline {
  const activities = findChildren(viewer, ACTIVITY, {
    link: ACTIVITY_LINKS[shown.object.name],
    id: shown.record.id,
  })
  const taskLink = shown.object.name === 'Account' ? 'WhatId' : 'WhoId'
  const tasks = findChildren(viewer, 'Task', { link: taskLink, id: shown.record.id })
  const entries = activities.map((activity) => toWebsiteEntry(viewer, activity, shown))
  const open = tasks.filter(({ record }) => record.values['IsClosed'] !== true)
  const closed = tasks.filter(({ record }) => record.values['IsClosed'] === true)
  return {
    upcoming: open.map((task) => toTaskEntry(viewer, task, shown)).toSorted((a, b) => a.atMs - b.atMs),
    past: [...entries, ...closed.map((task) => toTaskEntry(viewer, task, shown))].toSorted(
      (a, b) => b.atMs - a.atMs,
    ),
  }
}

function findChildren(
  viewer: Viewer,
  objectName: string,
  parent: { readonly link: string | undefined; readonly id: string },
): readonly Shown[] {
  const object = viewer.org.schema.object(objectName)
  const field = object && viewer.org.schema.field(object, parent.link ?? '')
  if (!object || !field || !isVisible(viewer, object)) return []
  const found = viewer.org.store.findBy(object.name, field, parent.id) ?? []
  return found.filter((record) => record.deletedAtMs === null).map((record) => ({ object, record }))
}

function isVisible(viewer: Viewer, object: ObjectDefinition): boolean {
  return viewer.access.canUse(object, 'read')
}

function toWebsiteEntry(viewer: Viewer, activity: Shown, page: Shown): TimelineEntry {
  const read = (field: string): FieldValue => valueOf(viewer, activity, field)
  const startMs = timeOf(read('Leadline_Start__c')) ?? createdMs(activity.record)
  const endMs = timeOf(read('Leadline_End__c'))
  const personId = textOf(read('Leadline_Contact__c')) ?? textOf(read('Leadline_Lead__c'))
  return {
    kind: 'website',
    id: activity.record.id,
    atMs: startMs,
    isWholeDay: false,
    title: 'Website visit',
    summary: textOf(read('Leadline_Summary__c')),
    personId: personId === page.record.id || page.object.name !== 'Account' ? null : personId,
    pages: numberOf(read('Leadline_Pages__c')),
    events: numberOf(read('Leadline_Events__c')),
    durationMs: endMs === undefined ? null : Math.max(0, endMs - startMs),
    url: textOf(read('Leadline_Url__c')),
  }
}

function toTaskEntry(viewer: Viewer, task: Shown, page: Shown): TimelineEntry {
  const read = (field: string): string | null => textOf(valueOf(viewer, task, field))
  const who = read('WhoId')
  const doneMs = timeOf(read('CompletedDateTime'))
  const dueMs = dateMs(read('ActivityDate'))
  return {
    kind: 'task',
    id: task.record.id,
    atMs: doneMs ?? dueMs ?? createdMs(task.record),
    isWholeDay: doneMs === undefined && dueMs !== undefined,
    title: read('Subject') ?? 'Task',
    summary: read('Description'),
    personId: who === page.record.id ? null : who,
    pages: null,
    events: null,
    durationMs: null,
    url: null,
  }
}

function dateMs(date: string | null): number | undefined {
  return date === null ? undefined : Date.parse(date)
}

function createdMs(record: StoredRecord): number {
  return timeOf(record.values['CreatedDate'] ?? null) ?? 0
}

function timeOf(value: FieldValue): number | undefined {
  return typeof value === 'string' ? parseDateTimeMs(value) : undefined
}

function textOf(value: FieldValue): string | null {
  return typeof value === 'string' ? value : null
}

function numberOf(value: FieldValue): number | null {
  return typeof value === 'number' ? value : null
}
