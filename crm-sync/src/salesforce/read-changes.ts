import { z, type ZodType } from 'zod'
import type { Owner, PolledRecord } from '../inbound/owner-changes.ts'
import { EXTERNAL_ID } from '../plan/operation.ts'
import { querySoql } from './query.ts'
import type { Send } from './send.ts'
import { chunkForUrl, quoteSoql, soqlIn } from './soql.ts'

export type PolledObject = PolledRecord['object']

const EXTRA_FIELDS: Readonly<Record<PolledObject, string>> = {
  Lead: ', MasterRecordId, IsConverted, ConvertedContactId',
  Contact: ', MasterRecordId',
  Account: ', MasterRecordId',
}

const changedRow = z.object({
  Id: z.string(),
  OwnerId: z.string().nullish(),
  SystemModstamp: z.string(),
  IsDeleted: z.boolean().default(false),
  MasterRecordId: z.string().nullish(),
  IsConverted: z.boolean().optional(),
  ConvertedContactId: z.string().nullish(),
  [EXTERNAL_ID]: z.string().nullish(),
})

/**
 * One page of records of ours that changed since a time, deleted ones included, oldest first. The keyset (time and
 * id of the last record seen) goes on where a page ended, whatever changes meanwhile.
 */
export async function readChanges(
  send: Send,
  object: PolledObject,
  after: { readonly modstamp: string; readonly id?: string | undefined; readonly pageSize: number },
): Promise<readonly PolledRecord[]> {
  const time = toSoqlTime(after.modstamp)
  const since =
    after.id === undefined
      ? `SystemModstamp >= ${time}`
      : `(SystemModstamp > ${time} OR (SystemModstamp = ${time} AND Id > ${quoteSoql(after.id)}))`
  const soql =
    `SELECT Id, OwnerId, SystemModstamp, IsDeleted, ${EXTERNAL_ID}${EXTRA_FIELDS[object]} FROM ${object} ` +
    `WHERE ${since} AND ${EXTERNAL_ID} != null ORDER BY SystemModstamp, Id LIMIT ${after.pageSize}`
  const rows = await querySoql(send, soql, { row: changedRow, all: true, lane: 'owner' })
  return rows.map((row) => ({
    object,
    id: row.Id,
    externalId: row[EXTERNAL_ID] ?? '',
    ownerId: row.OwnerId ?? '',
    isDeleted: row.IsDeleted,
    masterId: row.IsDeleted ? (row.MasterRecordId ?? undefined) : undefined,
    contactId: row.IsConverted ? (row.ConvertedContactId ?? undefined) : undefined,
    modstamp: row.SystemModstamp,
  }))
}

/** SOQL takes no `+0000` and no quotes. */
const toSoqlTime = (modstamp: string): string => new Date(modstamp).toISOString()

const userRow = z.object({ Id: z.string(), Name: z.string().nullish(), IsActive: z.boolean() })
const groupRow = z.object({ Id: z.string(), Name: z.string().nullish() })

/** Users and queues by id; an owner may be either. Those that the connected user cannot see keep their bare id. */
export async function readOwners(send: Send, ids: readonly string[]): Promise<Map<string, Owner>> {
  const owners = new Map<string, Owner>(ids.map((id) => [id, { id, name: '', active: true }]))
  const [users, queues] = await Promise.all([
    readByIds(
      send,
      ids.filter((id) => id.startsWith('005')),
      { from: 'Id, Name, IsActive FROM User', row: userRow },
    ),
    readByIds(
      send,
      ids.filter((id) => id.startsWith('00G')),
      { from: 'Id, Name FROM Group', row: groupRow },
    ),
  ])
  for (const user of users) owners.set(user.Id, { id: user.Id, name: user.Name ?? '', active: user.IsActive })
  for (const queue of queues) owners.set(queue.Id, { id: queue.Id, name: queue.Name ?? '', active: true })
  return owners
}

async function readByIds<Row>(
  send: Send,
  ids: readonly string[],
  { from, row }: { readonly from: string; readonly row: ZodType<Row> },
): Promise<readonly Row[]> {
  const parts = chunkForUrl(ids, quoteSoql)
  const found = await Promise.all(
    parts.map((part) =>
      querySoql(send, `SELECT ${from} WHERE ${soqlIn('Id', part)}`, { row, lane: 'owner' }),
    ),
  )
  return found.flat()
}
