import { createAccess } from '../access/access.ts'
import { parseDateTimeMs } from '../clock.ts'
import type { Org } from '../org.ts'
import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValue, RecordVersion } from '../store/stored-record.ts'
import type { ChangeEvent } from './event-log.ts'
import { toUuid } from './uuid.ts'

const COMMIT_BASE = 10_708_862_594_919

/** One event as a subscriber gets it: without the fields that its user may not see. */
export function renderEvent(org: Org, event: ChangeEvent, userId: string): Record<string, unknown> {
  const object = org.schema.object(event.object)
  if (event.payload) return object ? visiblePayload(org, { object, payload: event.payload, userId }) : {}
  const version = versionOf(org, event)
  const shown = object ? visibleFields(org, { object, event, version, userId }) : []
  const header = {
    entityName: event.object,
    recordIds: event.refs.map(([id]) => id),
    changeType: event.changeType,
    changeOrigin: originOf(version),
    transactionKey: toUuid(`${org.settings.seed}:${event.transaction}`),
    sequenceNumber: event.sequence,
    commitTimestamp: event.commitMs,
    commitNumber: COMMIT_BASE + event.transaction,
    commitUser: version?.by ?? userId,
    changedFields: event.changeType === 'UPDATE' ? shown.map(({ field }) => toPathName(field)) : [],
  }
  return { ...nest(shown), ChangeEventHeader: header }
}

/** A platform event without the fields that its reader may not see. */
function visiblePayload(
  org: Org,
  told: { object: ObjectDefinition; payload: Readonly<Record<string, unknown>>; userId: string },
): Record<string, unknown> {
  const { object, payload, userId } = told
  const access = createAccess(org, userId)
  const shown = Object.entries(payload).filter(([name]) => {
    const field = org.schema.field(object, name)
    return field && access.canRead(object, field)
  })
  return Object.fromEntries(shown)
}

function versionOf(org: Org, event: ChangeEvent): RecordVersion | undefined {
  const [[id, number] = ['', 0]] = event.refs
  return org.store.history(id)[number - 1]
}

interface Shown {
  readonly field: Field
  readonly value: FieldValue
}

/** CREATE and UNDELETE show what has a value, UPDATE what changed, all others nothing. */
function visibleFields(
  org: Org,
  told: { object: ObjectDefinition; event: ChangeEvent; version: RecordVersion | undefined; userId: string },
): readonly Shown[] {
  const { object, event, version, userId } = told
  if (!version || !['CREATE', 'UPDATE', 'UNDELETE'].includes(event.changeType)) return []
  const access = createAccess(org, userId)
  const [[id] = ['']] = event.refs
  const isPerson = typeof org.store.get(object.name, id)?.values['LastName'] === 'string'
  return Object.entries(valuesOf(org, event, version)).flatMap(([name, value]) => {
    const field = org.schema.field(object, name)
    const isTold = field && isPlain(field, isPerson) && access.canRead(object, field)
    return isTold ? [{ field, value }] : []
  })
}

/** A person's Name is told by its parts; what is worked out is not told at all. */
function isPlain(field: Field, isPerson: boolean): boolean {
  const isWhole = field.nameField && isPerson
  return !isWhole && !HIDDEN.has(field.name) && field.formula === null
}

const HIDDEN = new Set(['IsDeleted', 'SystemModstamp', 'MasterRecordId', 'CompletedDateTime'])

function valuesOf(org: Org, event: ChangeEvent, version: RecordVersion): Record<string, FieldValue> {
  if (event.changeType === 'UPDATE') {
    const changed = Object.entries(version.changes).map(([name, { to }]) => [name, to] as const)
    // The update of a lead that is converted carries no time of its own.
    const isConversion = 'IsConverted' in version.changes
    return { ...Object.fromEntries(changed), ...(isConversion ? {} : { LastModifiedDate: version.at }) }
  }
  const [[id] = ['']] = event.refs
  const values = org.store.get(event.object, id)?.values ?? {}
  const created =
    event.changeType === 'CREATE'
      ? Object.fromEntries(Object.entries(version.changes).map(([name, { to }]) => [name, to]))
      : values
  const filled = Object.entries(created).filter(([, value]) => value !== null)
  return { ...Object.fromEntries(filled), LastModifiedDate: version.at, LastModifiedById: version.by }
}

/** Compound fields nest: `Name.FirstName`, `MailingAddress.City`. */
function toPath({ compoundFieldName, name }: Field): readonly [compound: string | undefined, name: string] {
  if (compoundFieldName === null) return [undefined, name]
  const [, prefix] = /^(.*)Address$/.exec(compoundFieldName) ?? []
  return [compoundFieldName, name.slice(prefix?.length ?? 0)]
}

function toPathName(field: Field): string {
  return toPath(field)
    .filter((part) => part !== undefined)
    .join('.')
}

function nest(shown: readonly Shown[]): Record<string, unknown> {
  const payload: Record<string, unknown> = {}
  const compounds = new Map<string, Record<string, unknown>>()
  for (const { field, value } of shown) {
    const [compound, name] = toPath(field)
    if (compound === undefined) {
      payload[name] = toEventValue(field, value)
      continue
    }
    const parts = compounds.get(compound) ?? {}
    parts[name] = value
    compounds.set(compound, parts)
    payload[compound] = parts
  }
  return payload
}

function toEventValue(field: Field, value: FieldValue): FieldValue {
  if (field.type !== 'datetime' || typeof value !== 'string') return value
  const timeMs = parseDateTimeMs(value)
  return timeMs === undefined ? value : new Date(timeMs).toISOString().replace('.000Z', 'Z')
}

const ORIGINS: Readonly<Record<string, string>> = {
  rest: 'com/salesforce/api/rest/',
  api: 'com/salesforce/api/rest/',
  bulk: 'com/salesforce/api/bulkapi/',
  soap: 'com/salesforce/api/soap/',
}

const FROM_A_PAGE = 'com/salesforce/api/soap/62.0;client=SfdcInternalAPI/'

/** Empty for what a flow or trigger changed. */
function originOf(version: RecordVersion | undefined): string {
  if (version?.via === 'ui') return FROM_A_PAGE
  const way = ORIGINS[version?.via ?? '']
  if (way === undefined) return ''
  const { apiVersion = 62, client = null } = version ?? {}
  const origin = `${way}${apiVersion.toFixed(1)}`
  return client === null ? origin : `${origin};client=${client}`
}
