import type { StageDependencies } from '../start-stages.ts'
import type { Workspace } from '../workspaces.ts'
import { DelivererLease } from './deliverer-lease.ts'
import { readDue, type Delivery } from './delivery-rows.ts'
import { toTargetKey } from './gone-targets.ts'
import { prepareDue, type Prepared } from './prepare-due.ts'
import { readMessageFacts } from './read-message-facts.ts'
import { sendBatch, type SendDependencies } from './send-batch.ts'
import { SendingLines } from './sending-lines.ts'
import { touchErased } from './touch-erased.ts'

export type DelivererDependencies = Pick<StageDependencies, 'stream' | 'workspaces' | 'erasures'> &
  Omit<SendDependencies, 'lease'>

/** After a kill another process follows within this time. Longer than a reconcile holds this process up. */
const LEASE_MS = 10_000
const RENEW_MS = LEASE_MS / 4

/** Sends what rules fired. */
export interface Deliverer {
  /** Looks once for what is due, and begins to send it. False where nothing was. */
  round(): Promise<boolean>
  /** Resolves when all that was begun has ended. */
  finish(): Promise<void>
  /** Whether anything is on its way, or due and its rule has fired. */
  isBusy(): Promise<boolean>
  /** Lets another process take over. */
  release(): Promise<void>
}

/**
 * Each receiver has a line of its own, so that a slow one holds up nobody else. A message whose answer was not stored
 * when the process died is sent again, with the same id and the same words.
 */
export function createDeliverer(dependencies: DelivererDependencies): Deliverer {
  const { warehouse, workspaces, log, now } = dependencies
  const lease = new DelivererLease({ warehouse, now, leaseMs: LEASE_MS })
  const lines = new SendingLines({ lease, renewMs: RENEW_MS, log })
  const lineOf = (delivery: Delivery): string => `${delivery.ws} ${toTargetKey(delivery)}`

  const send = async (batch: readonly Prepared[], workspace: Workspace): Promise<void> => {
    await sendBatch({ ...dependencies, lease }, workspace, batch)
    await touchErased(
      dependencies,
      workspace,
      batch.map(({ delivery }) => delivery),
    )
  }
  const takeUp = async (workspace: Workspace): Promise<boolean> => {
    if ((await readDue(warehouse, workspace, now())).length === 0) return false
    if (!(await lease.hold(workspace.id))) return false
    // Before the question: what is on its way while it is answered may be told as due, and not be any more.
    const inHand = lines.names()
    const due = await readDue(warehouse, workspace, now())
    const free = await touchErased(
      dependencies,
      workspace,
      due.filter((delivery) => !inHand.has(lineOf(delivery))),
    )
    const prepared = await prepareDue({ warehouse, workspace, nowMs: now() }, free)
    const batches = Map.groupBy(prepared, ({ delivery }) => lineOf(delivery))
    for (const [line, batch] of batches) lines.begin(line, () => send(batch, workspace))
    return batches.size > 0
  }
  return {
    round: async () => {
      let isAny = false
      for (const workspace of workspaces.values())
        if (hasReceivers(workspace)) isAny = (await takeUp(workspace)) || isAny
      return isAny
    },
    finish: () => lines.finish(),
    isBusy: async () => lines.names().size > 0 || (await isAnyDue(dependencies)),
    release: () => lease.release(),
  }
}

async function isAnyDue({ warehouse, workspaces, now }: DelivererDependencies): Promise<boolean> {
  for (const workspace of workspaces.values()) {
    if (!hasReceivers(workspace)) continue
    const due = await readDue(warehouse, workspace, now())
    const factsOf = await readMessageFacts(warehouse, workspace.id, due)
    if (due.some((delivery) => delivery.message !== '' || factsOf(delivery).firing)) return true
  }
  return false
}

/** Whether any rule sends anything. */
export const hasReceivers = ({ settings }: Workspace): boolean =>
  settings.qualification.rules.some(({ actions }) => actions.some((action) => !('assignOwner' in action)))
