import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import { readLeadNodes } from '../reads/read-assignments.ts'
import { readNodes } from '../reads/read-nodes.ts'
import { readLastReserve } from './version-clock.ts'

const SETTING = 'reconciler.left_over'

/** Tables of leads, which a try writes before what a repeat compares with. */
const TABLES = [
  'leads_raw',
  'contact_leads',
  'sessions_raw',
  'company_leads',
  'qualifications_raw',
  'lead_nodes',
] as const

/** Leads that the last try of a former owner wrote: it may have been cut short. */
export interface LeftOver {
  readonly leads: ReadonlySet<NodeId>
  /** What was theirs, and they themselves. */
  readonly nodes: readonly NodeRef[]
}

const NOTHING: LeftOver = { leads: new Set(), nodes: [] }

/**
 * A try that was cut short may have written rows of leads that newer facts do not touch any more, because the identifier
 * is back with whom the stored assignments name. So who takes a workspace over looks at these leads again, beside what
 * his first batch touches.
 */
export class LeftOvers {
  readonly #warehouse: Warehouse
  readonly #now: () => number
  readonly #unknown = new Set<number>()
  readonly #known = new Map<number, LeftOver>()

  constructor(warehouse: Warehouse, now: () => number) {
    this.#warehouse = warehouse
    this.#now = now
  }

  /** The workspace was another's until now. */
  suspect(workspace: number): void {
    this.#unknown.add(workspace)
  }

  /** To be called before anything is written. */
  async of(workspace: number): Promise<LeftOver> {
    if (this.#unknown.has(workspace)) {
      this.#known.set(workspace, await recall(this.#warehouse, { workspace, nowMs: this.#now() }))
      this.#unknown.delete(workspace)
    }
    return this.#known.get(workspace) ?? NOTHING
  }

  /** To be called when all of it is written as it should be. */
  async forget(workspace: number): Promise<void> {
    const { leads } = this.#known.get(workspace) ?? NOTHING
    if (leads.size > 0) await forgetNote(this.#warehouse, { workspace, nowMs: this.#now() })
    this.#known.delete(workspace)
  }
}

/**
 * Tries of a workspace follow each other and their versions grow: what the last one wrote is what is newest. It is noted
 * down until it is looked at, as this owner may end as early as the last one.
 */
async function recall(
  warehouse: Warehouse,
  { workspace, nowMs }: { readonly workspace: number; readonly nowMs: number },
): Promise<LeftOver> {
  const [noted, newest] = await Promise.all([
    readNote(warehouse, workspace),
    readNewest(warehouse, workspace),
  ])
  const leads = new Set([...noted.leads, ...newest])
  if (leads.size === 0) return NOTHING
  await writeNote(warehouse, workspace, { leads: [...leads], after: noted.version, nowMs })
  return { leads, nodes: await readNodesOfLeads(warehouse, workspace, leads) }
}

/** These leads' identifiers as they are stored, and they themselves. */
export async function readNodesOfLeads(
  warehouse: Warehouse,
  workspace: number,
  leads: ReadonlySet<NodeId>,
): Promise<readonly NodeRef[]> {
  if (leads.size === 0) return []
  const members = await readLeadNodes(warehouse, workspace, leads)
  const known = await readNodes(
    warehouse,
    workspace,
    new Set([...leads, ...members.map(({ node_id }) => node_id)]),
  )
  return known.map(({ kind, id }) => ({ kind, id }))
}

async function forgetNote(
  warehouse: Warehouse,
  { workspace, nowMs }: { readonly workspace: number; readonly nowMs: number },
): Promise<void> {
  const { version } = await readNote(warehouse, workspace)
  await writeNote(warehouse, workspace, { leads: [], after: version, nowMs })
}

async function readNewest(warehouse: Warehouse, ws: number): Promise<readonly NodeId[]> {
  const since = await readLastReserve(warehouse, ws)
  if (since === undefined) return []
  const rows = await warehouse.query(
    TABLES.map(
      (table) =>
        `SELECT lead_id AS id FROM ${table} WHERE ws = {ws:UInt32} AND version =
           (SELECT max(version) FROM ${table} WHERE ws = {ws:UInt32} AND version >= {since:UInt64})`,
    ).join(' UNION DISTINCT '),
    { row: z.object({ id: z.string() }), params: { ws, since } },
  )
  return rows.map(({ id }) => id)
}

const noteRow = z.object({
  value: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
  version: z.string(),
})

async function readNote(
  warehouse: Warehouse,
  ws: number,
): Promise<{ readonly leads: readonly NodeId[]; readonly version: string }> {
  const [row] = await warehouse.query(
    'SELECT value, version FROM settings FINAL WHERE ws = {ws:UInt32} AND name = {name:String}',
    { row: noteRow, params: { ws, name: SETTING } },
  )
  return { leads: row?.value ?? [], version: row?.version ?? '0' }
}

async function writeNote(
  warehouse: Warehouse,
  ws: number,
  note: { readonly leads: readonly NodeId[]; readonly after: string; readonly nowMs: number },
): Promise<void> {
  const byTime = BigInt(note.nowMs) << 20n
  const next = BigInt(note.after) + 1n
  const version = (byTime > next ? byTime : next).toString()
  await warehouse.insert('settings', [{ ws, name: SETTING, value: JSON.stringify(note.leads), version }])
}
