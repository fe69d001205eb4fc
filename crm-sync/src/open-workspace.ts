import type { CrmSettings } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import { buildParkedDelivery } from './deliveries/build-deliveries.ts'
import { startPollLoop, type PollLoop } from './inbound/poll-loop.ts'
import { OwnerPoll } from './inbound/poll-owners.ts'
import type { RetryTimes } from './retry-policy.ts'
import type { SalesforceFailure } from './salesforce/errors.ts'
import { openOrg, type Org } from './salesforce/open-org.ts'
import { loadStaleContacts, type StoredLink } from './state/links.ts'
import type { Scope } from './state/load-round.ts'
import { createOneAtATime } from './sync/one-at-a-time.ts'
import type { RoundItem } from './sync/round-tasks.ts'
import { runRound, toContext } from './sync/run-round.ts'
import { WorkspaceSync } from './sync/workspace-sync.ts'

export interface WorkspaceOptions extends Scope {
  readonly crm: CrmSettings
  readonly sessionTimeoutMs: number
  readonly retryTimes: RetryTimes
  readonly log: Log
  readonly now: () => number
  readonly random: () => number
  readonly newId: () => string
}

/** One workspace and its org, both ways. */
export interface OpenWorkspace {
  readonly ws: number
  readonly sync: WorkspaceSync
  readonly polling: PollLoop
  readonly org: Org
}

export async function openWorkspace(options: WorkspaceOptions): Promise<OpenWorkspace> {
  const { ws, warehouse, crm, log } = options
  const org = openOrg(crm, (object, fields) =>
    log.warn('fields are hidden from the connected user and stay as they are; assign the permission set', {
      object,
      fields: fields.join(', '),
    }),
  )
  const oneAtATime = createOneAtATime()
  const dependencies = { ...options, org, create: crm.create, startedAtMs: options.now() }
  const sync = new WorkspaceSync({
    ...options,
    holdDownMs: crm.holdDownMs,
    maxHoldMs: crm.maxHoldMs,
    refreshMs: crm.refreshMs,
    oneAtATime,
    runRound: (items, holdOpen) => runRound(dependencies, items, holdOpen),
    recordRefusal: (item, failure) => recordRefusal(options, item, failure),
    forgetOrg: () => org.forget(),
  })
  sync.resumeRefreshes(await loadStaleContacts(warehouse, ws))
  const owners = new OwnerPoll({
    ...options,
    send: org.send,
    overlapMs: crm.pollOverlapMs,
    oneAtATime,
    onMoved: (link) => void sync.accept(toWork(ws, link)),
  })
  const polling = startPollLoop({ poll: () => owners.poll(), pauseMs: crm.pollMs, log })
  return { ws, sync, polling, org }
}

const toWork = (workspace: number, { kind, id, version }: StoredLink) =>
  ({
    v: 1,
    workspace,
    kind: kind === 'company' ? 'company' : 'contact',
    id,
    reason: 'changed in Salesforce',
    version,
  }) as const

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
