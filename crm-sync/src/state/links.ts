import type { CrmLinksRow, Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { CRM_OBJECTS, SUBJECT_KINDS, type Link, type SubjectKind } from '../plan/operation.ts'
import { nextVersion } from './version.ts'

/** A link with what only the store knows about it. */
export interface StoredLink extends Link {
  readonly ownerId: string
  readonly ownerName: string
  readonly ownerActive: boolean
  readonly version: string
}

const linkRow = z
  .object({
    kind: z.enum(SUBJECT_KINDS),
    id: z.string(),
    object: z.enum(CRM_OBJECTS),
    external_id: z.string(),
    crm_id: z.string(),
    owner_id: z.string(),
    owner_name: z.string(),
    owner_active: z.number(),
    status: z.enum(['linked', 'stale', 'moved', 'deleted']),
    version: z.string(),
    gone: z.number(),
  })
  .transform((row): StoredLink => ({
    kind: row.kind,
    id: row.id,
    object: row.object,
    externalId: row.external_id,
    crmId: row.crm_id,
    status: row.status,
    gone: row.gone === 1,
    ownerId: row.owner_id,
    ownerName: row.owner_name,
    ownerActive: row.owner_active === 1,
    version: row.version,
  }))

const COLUMNS =
  'kind, id, object, external_id, crm_id, owner_id, owner_name, owner_active, status, version, gone'

/** Newest row of each link, gone ones included: a later row must outbid their version. */
const NEWEST = 'ORDER BY version DESC LIMIT 1 BY kind, id'

export async function loadLinks(
  warehouse: Warehouse,
  ws: number,
  wanted: { readonly kind: SubjectKind; readonly ids: readonly string[] },
): Promise<Map<string, StoredLink>> {
  if (wanted.ids.length === 0) return new Map()
  const rows = await warehouse.query(
    `SELECT ${COLUMNS} FROM crm_links_raw
     WHERE ws = {ws:UInt32} AND kind = {kind:String} AND id IN {ids:Array(UUID)} ${NEWEST}`,
    { row: linkRow, params: { ws, ...wanted } },
  )
  return new Map(rows.map((link) => [link.id, link]))
}

/** Links to these records. Looked up against the order of the table: for the few records that something happened to. */
export async function loadLinksOfRecords(
  warehouse: Warehouse,
  ws: number,
  crmIds: readonly string[],
): Promise<readonly StoredLink[]> {
  if (crmIds.length === 0) return []
  const rows = await warehouse.query(
    `SELECT ${COLUMNS} FROM crm_links_raw FINAL WHERE ws = {ws:UInt32} AND crm_id IN {crmIds:Array(String)}`,
    { row: linkRow, params: { ws, crmIds } },
  )
  return rows
}

/** Whether any person's record is a Contact: until then Contacts need not be polled. */
export async function hasContactLinks(warehouse: Warehouse, ws: number): Promise<boolean> {
  const rows = await warehouse.query(
    `SELECT id FROM crm_links_raw WHERE ws = {ws:UInt32} AND kind = 'contact' AND object = 'Contact' LIMIT 1`,
    { row: z.object({ id: z.string() }), params: { ws } },
  )
  return rows.length > 0
}

/** Contacts for which a refresh was held back when the process ended. */
export const loadStaleContacts = (warehouse: Warehouse, ws: number): Promise<readonly string[]> =>
  loadStale(warehouse, ws, 'contact')

/** Companies whose Account moved or came back, and that were not looked at before the process ended. */
export const loadStaleCompanies = (warehouse: Warehouse, ws: number): Promise<readonly string[]> =>
  loadStale(warehouse, ws, 'company')

async function loadStale(warehouse: Warehouse, ws: number, kind: SubjectKind): Promise<readonly string[]> {
  const rows = await warehouse.query(
    `SELECT id FROM crm_links_raw FINAL WHERE ws = {ws:UInt32} AND kind = {kind:String} AND status = 'stale'`,
    { row: z.object({ id: z.string() }), params: { ws, kind } },
  )
  return rows.map((row) => row.id)
}

export interface LinkChange {
  readonly link: Link & Partial<StoredLink>
  readonly stored: StoredLink | undefined
}

/** The owner of the stored row stays with the link, unless the change names one. */
export function toLinkRow(
  { link, stored }: LinkChange,
  at: { readonly ws: number; readonly nowMs: number },
): CrmLinksRow {
  const owner = link.ownerId === undefined ? stored : link
  return {
    ws: at.ws,
    kind: link.kind,
    id: link.id,
    object: link.object,
    external_id: link.externalId,
    crm_id: link.crmId,
    owner_id: owner?.ownerId ?? '',
    owner_name: owner?.ownerName ?? '',
    owner_active: owner?.ownerActive ? 1 : 0,
    status: link.status,
    version: nextVersion(stored?.version, at.nowMs),
    gone: link.gone ? 1 : 0,
  }
}
