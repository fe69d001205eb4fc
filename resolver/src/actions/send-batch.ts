import { performance } from 'node:perf_hooks'
import type { RuleAction } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import type { Warehouse } from '@leadline/warehouse'
import { mapSome } from '../chunks.ts'
import type { Progress } from '../progress.ts'
import type { Workspace } from '../workspaces.ts'
import type { DelivererLease } from './deliverer-lease.ts'
import { writeDeliveries, type Delivery } from './delivery-rows.ts'
import { readGoneTargets, toFingerprint, toTargetKey, writeGoneTarget } from './gone-targets.ts'
import type { AddressRules } from './guard-address.ts'
import { postMessage, type Post, type PostOutcome } from './post-message.ts'
import type { Prepared } from './prepare-due.ts'
import { isGone, settleDelivery } from './settle-delivery.ts'
import { signMessage } from './sign-message.ts'

export interface SendDependencies {
  readonly warehouse: Warehouse
  readonly log: Log
  readonly progress: Progress
  readonly now: () => number
  /** From 0 to 1: spreads what is tried again. */
  readonly random: () => number
  /** How names become addresses, when not as everywhere. */
  readonly lookup?: AddressRules['lookup']
  readonly lease: Pick<DelivererLease, 'hold' | 'isHeld'>
}

const TIMEOUT_MS = 15_000
/** Messages to one receiver that are on their way at once. */
const AT_ONCE = 4

/** Sends messages of one receiver, and stores what came of each as soon as it is known. */
export async function sendBatch(
  dependencies: SendDependencies,
  workspace: Workspace,
  batch: readonly Prepared[],
): Promise<void> {
  const gone = new Map(await readGoneTargets(dependencies.warehouse, workspace.id))
  await mapSome(batch, AT_ONCE, async (prepared) => {
    const { delivery, action } = prepared
    const key = toTargetKey(delivery)
    if (gone.get(key) === toFingerprint(action)) return await park(dependencies, delivery, GONE)
    if (!(await dependencies.lease.hold(workspace.id))) return
    const outcome = await send(dependencies, workspace, prepared)
    if (isGone(outcome)) gone.set(key, toFingerprint(action))
  })
}

const GONE = 'the receiver said that it is gone (410); change the settings of the action or try again by hand'

async function send(
  dependencies: SendDependencies,
  workspace: Workspace,
  { delivery, action }: Prepared,
): Promise<PostOutcome> {
  const { warehouse, now, lease, log, progress } = dependencies
  const begun = performance.now()
  const outcome = await postMessage(toPost(delivery, action, now()), {
    allowPrivateNetworks: workspace.settings.qualification.actions.allowPrivateNetworks,
    timeoutMs: TIMEOUT_MS,
    now,
    ...(dependencies.lookup ? { lookup: dependencies.lookup } : {}),
  })
  const nowMs = now()
  const latencyMs = performance.now() - begun
  const settled = settleDelivery(delivery, { outcome, nowMs, latencyMs, random: dependencies.random() })
  // Whoever took over while this process was asleep knows better, unless the message went through.
  if (settled.state !== 'done' && !lease.isHeld(workspace.id)) return outcome
  if (isGone(outcome))
    await writeGoneTarget(warehouse, workspace.id, {
      key: toTargetKey(delivery),
      fingerprint: toFingerprint(action),
      nowMs,
    })
  await writeDeliveries(warehouse, [settled], nowMs)
  progress.count('messages', 1, [settled.state])
  if (settled.state === 'parked') tellParked(log, settled)
  return outcome
}

async function park({ warehouse, now, log, progress }: SendDependencies, delivery: Delivery, reason: string) {
  const parked: Delivery = { ...delivery, state: 'parked', error: reason }
  await writeDeliveries(warehouse, [parked], now())
  progress.count('messages', 1, [parked.state])
  tellParked(log, parked)
}

const tellParked = (log: Log, { ws, delivery_id, rule, action, attempts, error }: Delivery): void =>
  log.warn('a message of a rule was not delivered and waits for a person: `leadline actions log`', {
    workspace: ws,
    delivery: delivery_id,
    rule,
    action,
    attempts,
    reason: error,
  })

/** A try is signed anew: the time is part of what is signed. */
function toPost({ delivery_id, message }: Delivery, action: RuleAction, nowMs: number): Post {
  if ('slack' in action) return { url: action.slack.url, headers: {}, body: message }
  if (!('webhook' in action)) throw new Error('an owner is given with the firing, not by a message')
  const { url, headers, secret } = action.webhook
  const signed = signMessage(secret, { id: delivery_id, atMs: nowMs, body: message })
  return { url, headers: { ...headers, ...signed }, body: message }
}
