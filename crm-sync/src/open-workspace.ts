import type { CrmSettings, CrmWork } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import { startCallLedger, type CallLedger } from './budget/call-ledger.ts'
import { createStorageWatch } from './budget/storage-watch.ts'
import { createBulkWriter } from './bulk/bulk-writer.ts'
import { createJobStore } from './bulk/job-store.ts'
import { openConnectionStore } from './connection/open-store.ts'
import { buildParkedDelivery } from './deliveries/build-deliveries.ts'
import { startPollLoop, type PollLoop } from './inbound/poll-loop.ts'
import { OpportunityPoll } from './inbound/poll-opportunities.ts'
import { OwnerPoll } from './inbound/poll-owners.ts'
import type { RetryTimes } from './retry-policy.ts'
import type { SalesforceFailure } from './salesforce/errors.ts'
import { gatherReads } from './salesforce/gather-reads.ts'
import { openOrg, type Org } from './salesforce/open-org.ts'
import { loadStaleCompanies, loadStaleContacts, type StoredLink } from './state/links.ts'
import { fenceSend, fenceWarehouse, type Fence } from './state/fence-writes.ts'
import type { Scope } from './state/load-round.ts'
import { nextVersion } from './state/version.ts'
import type { DuplicateHints } from './sync/duplicate-hints.ts'
import { InHand } from './sync/in-hand.ts'
import { createOneAtATime, type OneAtATime } from './sync/one-at-a-time.ts'
import { createOwnerDirectory } from './sync/owner-directory.ts'
import { ParkedItems, type ProbeTimes, type Subject } from './sync/parked-items.ts'
import { RefusedValues } from './sync/refused-values.ts'
import { NewAccounts } from './sync/new-accounts.ts'
import { itemKey, type RoundItem } from './sync/round-tasks.ts'
import { runRound, toContext, type RoundDependencies } from './sync/run-round.ts'
import { WorkspaceSync } from './sync/workspace-sync.ts'

export interface WorkspaceOptions extends Scope {
  /** Asked before each write. */
  readonly fence: Fence
  readonly crm: CrmSettings
  readonly sessionTimeoutMs: number
  readonly retryTimes: RetryTimes
  readonly probeTimes: ProbeTimes
  readonly log: Log
  readonly now: () => number
  readonly random: () => number
  readonly newId: () => string
}

/** One workspace and its org, both ways. */
export interface OpenWorkspace {
  readonly ws: number
  readonly sync: WorkspaceSync
  /** What is done again and again: polls, and looks at what waits. */
  readonly loops: readonly PollLoop[]
  /** What is to be looked at because of an Account. */
  readonly accounts: NewAccounts
  readonly org: Org
  readonly ledger: CallLedger
}

export async function openWorkspace(given: WorkspaceOptions): Promise<OpenWorkspace> {
  const { ws, crm, log, fence } = given
  const options = { ...given, warehouse: fenceWarehouse(given.warehouse, fence) }
  const org = openFencedOrg(given)
  // Tokens have a lock of their own, and calls were made whoever made them.
  const ledger = await startCallLedger({ ...given, window: org.gate.budget.window })
  const oneAtATime = createOneAtATime()
  const { sync, parked, accounts } = await openSync(options, org, {
    oneAtATime,
    onFill: (isOn) => (isOn ? owners.holdBack() : owners.goOn()),
  })
  const owners = new OwnerPoll({
    ...options,
    send: gatherReads(org),
    overlapMs: crm.pollOverlapMs,
    oneAtATime,
    onMoved: (link) => void lookAgain({ sync, accounts }, toWork(ws, link)),
  })
  const opportunities = new OpportunityPoll({
    ...options,
    send: gatherReads(org),
    overlapMs: crm.pollOverlapMs,
  })
  const { brokenMs } = options.retryTimes
  const loop = (poll: () => Promise<void>, pauseMs: number): PollLoop =>
    startPollLoop({ poll, pauseMs, brokenMs, log })
  const loops = [
    accounts,
    loop(() => owners.poll(), crm.pollMs),
    loop(async () => parked.probe(), Math.min(MAX_PROBE_PAUSE_MS, options.probeTimes.firstMs)),
    ...(crm.opportunities.read ? [loop(() => opportunities.poll(), crm.opportunities.pollMs)] : []),
  ]
  return { ws, sync, accounts, loops, org, ledger }
}

function openFencedOrg(options: WorkspaceOptions): Org {
  const { crm, log, fence, retryTimes: times } = options
  const org = openOrg(crm, sayOnce(log), { ...options, store: openConnectionStore(crm, options), times })
  return { ...org, send: fenceSend(org.send, fence) }
}

/** What takes work and runs rounds, with what it remembers of refusals. */
async function openSync(
  options: WorkspaceOptions,
  org: Org,
  turns: { readonly oneAtATime: OneAtATime; readonly onFill: (isOn: boolean) => void },
): Promise<Synced & { readonly parked: ParkedItems }> {
  const { ws, crm, now } = options
  const refused = new RefusedValues()
  const hints: DuplicateHints = new Map()
  const inHand = new InHand()
  const leaving = new AbortController()
  const jobs = createJobStore(options.warehouse, ws, now)
  const bulk = createBulkWriter({ send: org.send, jobs, inHand, signal: leaving.signal })
  await bulk.recall()
  const dependencies = toDependencies(options, org, {
    refused,
    hints,
    bulk,
    inHand,
    onNewAccounts: (companyIds) => accounts.add(companyIds),
  })
  const sync = new WorkspaceSync({
    ...options,
    holdDownMs: crm.holdDownMs,
    maxHoldMs: crm.maxHoldMs,
    refreshMs: crm.refreshMs,
    pace: () => org.gate.budget.pace(now()),
    ...turns,
    inHand,
    runRound: (items, ways) => runRound(dependencies, items, ways),
    settleBackfill: (isOver) => bulk.letGo(isOver),
    leaveJob: () => leaving.abort(),
    recordRefusal: (item, failure) => recordRefusal(options, item, failure),
    forgetOrg: () => org.forget(),
    async onSettled(items, report) {
      for (const item of items)
        if (report.outcomes.get(itemKey(item))?.to !== 'retry') hints.delete(itemKey(item))
      await parked.note(items, report)
    },
  })
  const accounts = new NewAccounts({
    ...options,
    ...turns,
    org,
    look: ({ kind, id }) => sync.accept(toAgain(ws, { kind, id }, { reason: 'account', nowMs: now() })),
  })
  const parked = openParked(options, org, { refused, sync })
  const synced = { sync, parked, accounts }
  await recall(options, synced)
  return synced
}

function openParked(
  options: WorkspaceOptions,
  org: Org,
  { refused, sync }: { readonly refused: RefusedValues; readonly sync: WorkspaceSync },
): ParkedItems {
  const { ws, now } = options
  return new ParkedItems({
    ...options,
    times: options.probeTimes,
    onProbe(signature) {
      refused.forget(signature)
      org.forget()
    },
    onLoaded: (signature) => refused.recall(signature),
    retry: (subject) => void sync.accept(toAgain(ws, subject, { reason: 'retry', nowMs: now() })),
  })
}

/** What was left to do when the last process ended, beside the work of the log. */
async function recall(
  { warehouse, ws, now }: WorkspaceOptions,
  { sync, parked, accounts }: Synced & { readonly parked: ParkedItems },
): Promise<void> {
  await parked.load()
  sync.resumeRefreshes(await loadStaleContacts(warehouse, ws))
  for (const id of await loadStaleCompanies(warehouse, ws))
    void lookAgain(
      { sync, accounts },
      toAgain(ws, { kind: 'company', id }, { reason: 'retry', nowMs: now() }),
    )
}

type Synced = Pick<OpenWorkspace, 'sync' | 'accounts'>

/** A record moved or came back. Of an Account its people are told as well. */
async function lookAgain({ sync, accounts }: Synced, work: CrmWork): Promise<void> {
  await sync.accept(work)
  if (work.kind === 'company') accounts.add([work.id])
}

function toDependencies(
  options: WorkspaceOptions,
  org: Org,
  shared: Pick<RoundDependencies, 'refused' | 'hints' | 'bulk' | 'inHand' | 'onNewAccounts'>,
): RoundDependencies {
  const { as, stopAtStoragePercent: stopAtPercent } = options.crm.timeline
  const isStorageFull = createStorageWatch({ ...options, send: org.send, stopAtPercent })
  return {
    ...options,
    ...shared,
    ...(as === 'none' ? {} : { isStorageFull }),
    org,
    owners: createOwnerDirectory(org.send, options.now),
    startedAtMs: options.now(),
  }
}

/** The org is described again and again; what is wrong with the mapping is said the first time. */
function sayOnce(log: Log): (problems: readonly string[]) => void {
  const said = new Set<string>()
  return (problems) => {
    for (const problem of problems.filter((text) => !said.has(text))) {
      said.add(problem)
      log.warn('a line of the mapping does nothing in this org', { problem })
    }
  }
}

/** How often is looked whether a parked item is due. */
const MAX_PROBE_PAUSE_MS = 10_000

const toAgain = (
  workspace: number,
  { kind, id }: Subject,
  { reason, nowMs }: { readonly reason: string; readonly nowMs: number },
): CrmWork => ({ v: 1, workspace, kind, id, reason, version: nextVersion(undefined, nowMs) })

const toWork = (workspace: number, { kind, id, version }: StoredLink): CrmWork => ({
  v: 1,
  workspace,
  kind: kind === 'company' ? 'company' : 'contact',
  id,
  reason: 'changed in Salesforce',
  version,
})

async function recordRefusal(
  options: WorkspaceOptions,
  item: RoundItem,
  failure: SalesforceFailure,
): Promise<void> {
  const parked = {
    kind: item.kind,
    id: item.id,
    object: item.kind === 'company' ? 'Account' : 'Lead',
    code: failure.code,
    message: failure.detail,
    reason: item.reason,
  } as const
  await options.warehouse.insert('crm_deliveries_raw', [
    buildParkedDelivery(parked, toContext(options, [item])),
  ])
}
