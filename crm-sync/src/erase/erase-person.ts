import { randomUUID } from 'node:crypto'
import { toDateTime } from '@leadline/warehouse'
import { z } from 'zod'
import { ACTIVITY } from '../plan/activity.ts'
import { EXTERNAL_ID, type CrmObject } from '../plan/operation.ts'
import type { CrmRules } from '../plan/rules.ts'
import { MAX_ROWS, toDelete, toUpdate, type RowResult } from '../salesforce/collections.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import { followRecords } from '../salesforce/follow-records.ts'
import type { ReadScope } from '../salesforce/open-org.ts'
import { querySoql } from '../salesforce/query.ts'
import { quoteSoql } from '../salesforce/soql.ts'
import { loadLinks, type StoredLink } from '../state/links.ts'
import { findAttached } from './find-attached.ts'
import type { Scope } from '../state/load-round.ts'

export interface EraseInput {
  readonly scope: Scope
  readonly read: ReadScope
  readonly onErase: CrmRules['onErase']
  /** Fields that only we write, by object. */
  readonly ownFields: (object: CrmObject) => readonly string[]
  readonly nowMs: number
}

/**
 * An erased person leaves Salesforce as the workspace says, and our own tables wholly: links, what we know of the
 * records, and the values of each delivery. That something was delivered, and when, stays.
 */
export async function erasePeople(input: EraseInput, contactIds: readonly string[]): Promise<void> {
  const { warehouse, ws } = input.scope
  const links = await loadLinks(warehouse, ws, { kind: 'contact', ids: contactIds })
  for (const link of links.values()) {
    const rows = await eraseRecord(input, link)
    await eraseTraces(input, link, rows)
    await noteErased(input, link)
  }
}

interface TimelineRecord {
  readonly id: string
  readonly sessionId: string
}

/** Timeline rows go first: without its record nothing would lead to them. */
async function eraseRecord(input: EraseInput, link: StoredLink): Promise<readonly TimelineRecord[]> {
  const record = (await followRecords(input.read, [link])).get(link.crmId)
  if (record === undefined || record === 'deleted') return []
  const rows = [
    ...(await findRows(
      input.read,
      `${ACTIVITY} WHERE Leadline_Lead__c = $ OR Leadline_Contact__c = $`,
      record.id,
    )),
    ...((await hasTasks(input.scope))
      ? await findRows(input.read, `Task WHERE ${EXTERNAL_ID} != null AND WhoId = $`, record.id)
      : []),
  ]
  if (input.onErase === 'keep') return rows
  for (let start = 0; start < rows.length; start += MAX_ROWS)
    await write(input, toDelete(rows.slice(start, start + MAX_ROWS).map(({ id }) => id)))
  const isShared = record.externalId !== '' && record.externalId !== link.externalId
  if (isShared) return rows
  if (input.onErase === 'delete') await write(input, toDelete([record.id]))
  else await write(input, toUpdate(record.object, [{ id: record.id, ...emptied(input, record.object) }]))
  return rows
}

const emptied = ({ read, ownFields }: EraseInput, object: CrmObject): Readonly<Record<string, null>> =>
  Object.fromEntries(
    [EXTERNAL_ID, ...ownFields(object)]
      .filter((field) => read.schema(object)[field]?.updateable)
      .map((field) => [field, null]),
  )

const timelineRow = z.object({ Id: z.string(), [EXTERNAL_ID]: z.string().nullish() })

/** Rows of the record that stands for `$`. */
async function findRows(read: ReadScope, from: string, recordId: string): Promise<readonly TimelineRecord[]> {
  const soql = `SELECT Id, ${EXTERNAL_ID} FROM ${from.replaceAll('$', quoteSoql(recordId))}`
  const rows = await querySoql(read.send, soql, { row: timelineRow })
  return rows.map((row) => ({ id: row.Id, sessionId: row[EXTERNAL_ID] ?? '' }))
}

/** Whether the timeline was ever made of Tasks. */
async function hasTasks({ warehouse, ws }: Scope): Promise<boolean> {
  const rows = await warehouse.query(
    `SELECT id FROM crm_links_raw WHERE ws = {ws:UInt32} AND kind IN ('session', 'day') AND object = 'Task' LIMIT 1`,
    { row: z.object({ id: z.string() }), params: { ws } },
  )
  return rows.length > 0
}

const IS_GONE = new Set(['ENTITY_IS_DELETED', 'NOT_FOUND', 'INVALID_CROSS_REFERENCE_KEY'])

/** What is gone already is as it should be; any other refusal keeps the work, so that it is tried again. */
async function write({ read }: EraseInput, request: ReturnType<typeof toDelete>): Promise<void> {
  const { value } = await read.send({ ...request, lane: 'qualification' })
  const failed = value.find((row) => !row.ok && !IS_GONE.has(row.failure.code))
  if (isFailed(failed)) throw new SalesforceError(failed.failure)
}

const isFailed = (row: RowResult | undefined): row is RowResult & { readonly ok: false } => row?.ok === false

async function eraseTraces(
  { scope: { warehouse, ws } }: EraseInput,
  link: StoredLink,
  rows: readonly TimelineRecord[],
): Promise<void> {
  const attached = await findAttached({ warehouse, ws }, link)
  const crmIds = [...attached.recordIds, ...attached.crmIds, ...rows.map(({ id }) => id)]
  const ids = [
    link.id,
    ...attached.ids,
    ...rows.map(({ sessionId }) => sessionId).filter((id) => z.guid().safeParse(id).success),
  ]
  await warehouse.command(
    'ALTER TABLE crm_shadow DELETE WHERE ws = {ws:UInt32} AND crm_id IN {crmIds:Array(String)} SETTINGS mutations_sync = 1',
    { ws, crmIds },
  )
  await warehouse.command(
    `ALTER TABLE opportunities_raw UPDATE contact_crm_ids = arrayFilter(id -> NOT has({crmIds:Array(String)}, id), contact_crm_ids)
     WHERE ws = {ws:UInt32} AND hasAny(contact_crm_ids, {crmIds:Array(String)}) SETTINGS mutations_sync = 1`,
    { ws, crmIds },
  )
  for (const table of ['crm_links_raw', 'crm_parked'])
    await warehouse.command(
      'ALTER TABLE {table:Identifier} DELETE WHERE ws = {ws:UInt32} AND id IN {ids:Array(UUID)} SETTINGS mutations_sync = 1',
      { table, ws, ids },
    )
  await warehouse.command(
    `ALTER TABLE crm_deliveries_raw UPDATE fields = '{}', message = ''
     WHERE ws = {ws:UInt32} AND id IN {ids:Array(UUID)} SETTINGS mutations_sync = 1`,
    { ws, ids },
  )
}

const noteErased = ({ scope: { warehouse, ws }, nowMs, onErase }: EraseInput, { id, object }: StoredLink) =>
  warehouse.insert('crm_deliveries_raw', [
    {
      ws,
      at: toDateTime(nowMs),
      delivery_id: randomUUID(),
      direction: 'out',
      kind: 'contact',
      id,
      object,
      operation: 'erase',
      external_id: '',
      crm_id: '',
      reason: 'erased',
      fields: '{}',
      outcome: 'deleted',
      code: '',
      message: onErase,
      request_id: '',
      attempt: 1,
      latency_ms: 0,
    },
  ])
