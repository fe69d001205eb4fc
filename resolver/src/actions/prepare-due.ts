import { toActionName, type RuleAction } from '@leadline/contract'
import { fromDateTime, type Warehouse } from '@leadline/warehouse'
import type { Workspace } from '../workspaces.ts'
import { writeDeliveries, type Delivery } from './delivery-rows.ts'
import { isBegun, isOutdone, readOfLeads } from './find-rivals.ts'
import type { LeadMessage } from './lead-message.ts'
import { buildLeadMessage, readMessageFacts, type MessageFacts } from './read-message-facts.ts'
import { buildSlackMessage } from './slack-message.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const DAY_MS = 24 * 60 * MINUTE_MS
/** What belongs to a firing is written after each other, the company in a batch of its own. */
const SETTLE_MS = 10 * SECOND_MS
/** A reconcile that was killed before it fired is repeated sooner than this, or says something else by then. */
const ORPHAN_MS = 10 * MINUTE_MS
const MISSING_MS = 60 * MINUTE_MS

/** A delivery whose message stands, and where to. */
export interface Prepared {
  readonly delivery: Delivery
  readonly action: RuleAction
}

type Verdict =
  | { readonly kind: 'send'; readonly message: string; readonly action: RuleAction }
  | { readonly kind: 'wait' }
  /** Nothing is sent, for this reason. */
  | { readonly kind: 'end'; readonly state: 'dropped' | 'skipped' | 'parked'; readonly error: string }

export interface PrepareContext {
  readonly warehouse: Warehouse
  readonly workspace: Workspace
  readonly nowMs: number
}

/**
 * Makes the messages of what is due and stores them before they are sent, so that each try sends the same. Nothing is
 * made of a delivery whose rule has not fired: either it fires yet, or another event was the first one after all.
 */
export async function prepareDue(
  context: PrepareContext,
  due: readonly Delivery[],
): Promise<readonly Prepared[]> {
  const { warehouse, nowMs } = context
  const judge = await openJudge(context, due)
  const prepared: Prepared[] = []
  const changed: Delivery[] = []
  for (const delivery of due) {
    const verdict = judge(delivery)
    if (verdict.kind === 'wait') continue
    if (verdict.kind === 'end') {
      changed.push({ ...delivery, state: verdict.state, error: verdict.error })
      continue
    }
    const ready = { ...delivery, message: verdict.message }
    if (!isBegun(delivery)) changed.push(ready)
    prepared.push({ delivery: ready, action: verdict.action })
  }
  await writeDeliveries(warehouse, changed, nowMs)
  return prepared
}

async function openJudge(
  { warehouse, workspace, nowMs }: PrepareContext,
  due: readonly Delivery[],
): Promise<(delivery: Delivery) => Verdict> {
  const fresh = due.filter((delivery) => !isBegun(delivery))
  const leads = fresh.map(({ lead_id }) => lead_id)
  const others = await readOfLeads(warehouse, workspace, { leads, nowMs })
  const factsOf = await readMessageFacts(warehouse, workspace.id, [...fresh, ...others])
  const rules = new Map(workspace.settings.qualification.rules.map((rule) => [rule.name, rule]))
  const isFired = (delivery: Delivery): boolean => isBegun(delivery) || factsOf(delivery).firing !== undefined
  return (delivery) => {
    const rule = rules.get(delivery.rule)
    const action = rule?.actions.find((one) => toActionName(one) === delivery.action)
    const ageMs = nowMs - fromDateTime(delivery.created_at)
    if (!isFired(delivery)) return ageMs > ORPHAN_MS ? end('dropped', 'never_fired') : WAIT
    if (!rule || !action) return end('parked', 'the settings have no such rule and action any more')
    if (isBegun(delivery)) return { kind: 'send', message: delivery.message, action }
    const againMs = (rule.againAfterDays ?? Number.POSITIVE_INFINITY) * DAY_MS
    return isOutdone(delivery, { others, againMs, isFired })
      ? end('skipped', 'fired_already')
      : judgeFacts(factsOf(delivery), action, ageMs)
  }
}

const WAIT: Verdict = { kind: 'wait' }
const end = (state: 'dropped' | 'skipped' | 'parked', error: string): Verdict => ({
  kind: 'end',
  state,
  error,
})

function judgeFacts(facts: MessageFacts, action: RuleAction, ageMs: number): Verdict {
  if (!facts.isWhole && ageMs < SETTLE_MS) return WAIT
  const message = buildLeadMessage(facts)
  if (message) return { kind: 'send', message: toText(action, message), action }
  return ageMs > MISSING_MS ? end('parked', 'its lead or event is not there any more') : WAIT
}

const toText = (action: RuleAction, message: LeadMessage): string =>
  'slack' in action ? buildSlackMessage(action.slack, message) : JSON.stringify(message)
