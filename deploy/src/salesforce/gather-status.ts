import {
  adviceFor,
  classify,
  findSetupProblem,
  groupFailures,
  LANES,
  loadCalls,
  openConnection,
  openConnectionStore,
  readAuth,
  readForecast,
  readLimits,
  SalesforceError,
  SHARE_OF_LANE,
  type Connection,
  type Lane,
  type StorageForecast,
} from '@leadline/crm-sync/operate'
import { z } from 'zod'
import type { CrmWorkspace } from './read-crm.ts'

export interface LaneStatus {
  readonly lane: Lane
  /** In the last day. */
  readonly calls: number
  /** At so many calls of all lanes together this one stops; null while the org's limit is not known. */
  readonly stopsAt: number | null
}

export interface SalesforceStatus {
  readonly workspace: string
  readonly flow: string
  readonly connection: 'good' | 'broken'
  /** Why nothing is written although the org can be reached; null when it is, or when it cannot. */
  readonly setupProblem: string | null
  readonly orgId: string
  readonly userId: string
  readonly instanceUrl: string
  /** What Salesforce says about its limits, or why it does not. */
  readonly limits: string
  /** Calls in the last day that are ours to make; null while the org's limit is not known. */
  readonly allowedCalls: number | null
  readonly lanes: readonly LaneStatus[]
  /** How the org's data storage fills; null while the org does not say. */
  readonly storage: StorageForecast | null
  /** Records that wait for a person, by what is wrong with them. */
  readonly parked: readonly ParkedGroup[]
}

export interface ParkedGroup {
  readonly signature: string
  readonly object: string
  readonly code: string
  readonly message: string
  readonly count: number
  readonly advice: string
}

/** How the connection of a workspace is; three API calls. */
export async function gatherStatus(workspace: CrmWorkspace): Promise<SalesforceStatus> {
  const { crm, ws, slug, warehouse } = workspace
  const store = openConnectionStore(crm, { warehouse, ws, now: Date.now })
  const { send, gate, tokens } = openConnection(crm, { store })
  const asked = await ask(async () => {
    const session = await tokens.current()
    return { session, limits: await readLimits(send) }
  })
  const stored = asked.session
    ? undefined
    : await ask(async () => ({ session: await store.load(), limits: '' }))
  const allowed = gate.budget.allowed() ?? null
  return {
    workspace: slug,
    flow: readAuth(crm).flow,
    connection: asked.session ? 'good' : 'broken',
    setupProblem: asked.session ? await findSetupProblem(crm, store) : null,
    ...describeSession(asked.session ?? stored?.session),
    limits: asked.limits,
    allowedCalls: allowed,
    lanes: await countLanes(workspace, allowed),
    storage: asked.session ? await readFilling(workspace, send) : null,
    parked: await readParked(workspace),
  }
}

interface Known {
  readonly orgId?: string | undefined
  readonly userId?: string | undefined
  readonly instanceUrl?: string | undefined
}

const describeSession = (known: Known = {}) => ({
  orgId: known.orgId ?? '',
  userId: known.userId ?? '',
  instanceUrl: known.instanceUrl ?? '',
})

async function readFilling(
  { crm, ...scope }: CrmWorkspace,
  send: Connection['send'],
): Promise<StorageForecast | null> {
  const stopAtPercent = crm.timeline.stopAtStoragePercent
  return (await readForecast(scope, { send, stopAtPercent, nowMs: Date.now() })) ?? null
}

async function ask<T>(
  read: () => Promise<{ session: T | undefined; limits: string }>,
): Promise<{ session: T | undefined; limits: string }> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    const { code, detail } = error.failure
    return { session: undefined, limits: `${code}: ${detail}; ${adviceFor(error.failure)}` }
  }
}

async function countLanes(
  { warehouse, ws }: CrmWorkspace,
  allowed: number | null,
): Promise<readonly LaneStatus[]> {
  const counts = await loadCalls(warehouse, { ws, nowMs: Date.now() })
  return LANES.map((lane) => ({
    lane,
    calls: counts.filter((count) => count.lane === lane).reduce((sum, { calls }) => sum + calls, 0),
    stopsAt: allowed === null ? null : Math.floor(allowed * SHARE_OF_LANE[lane]),
  }))
}

const failedRow = z.object({ object: z.string(), code: z.string(), message: z.string() })

async function readParked({ warehouse, ws }: CrmWorkspace): Promise<readonly ParkedGroup[]> {
  const rows = await warehouse.query(
    `SELECT object, code, message FROM (
       SELECT object, argMax(code, at) AS code, argMax(message, at) AS message, argMax(outcome, at) AS outcome
       FROM crm_deliveries WHERE ws = {ws:UInt32} AND direction = 'out' GROUP BY kind, id, object
     ) WHERE outcome = 'failed'`,
    { row: failedRow, params: { ws } },
  )
  return groupFailures(rows).map((group) => ({
    ...group,
    advice: adviceFor({
      code: group.code,
      class: classify({ ...group, detail: group.message, status: 200 }),
    }),
  }))
}
