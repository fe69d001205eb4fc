import { toActionName, type RuleAction } from '@leadline/contract'
import { fromDateTime, type Warehouse } from '@leadline/warehouse'
import type { Workspace } from '../workspaces.ts'
import { writeDeliveries, type Delivery } from './delivery-rows.ts'
import type { LeadMessage } from './lead-message.ts'
import { buildLeadMessage, readMessageFacts, type MessageFacts } from './read-message-facts.ts'
import { buildSlackMessage } from './slack-message.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
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
  | { readonly kind: 'send'; readonly message: string }
  | { readonly kind: 'wait' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'park'; readonly reason: string }

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
  const { warehouse, workspace, nowMs } = context
  const fresh = due.filter(({ message }) => message === '')
  const factsOf = await readMessageFacts(warehouse, workspace.id, fresh)
  const prepared: Prepared[] = []
  const changed: Delivery[] = []
  for (const delivery of due) {
    const action = findAction(workspace, delivery)
    const verdict = judge(delivery, { action, facts: factsOf(delivery), nowMs })
    if (verdict.kind === 'drop') changed.push({ ...delivery, state: 'dropped' })
    if (verdict.kind === 'park') changed.push({ ...delivery, state: 'parked', error: verdict.reason })
    if (verdict.kind !== 'send' || !action) continue
    const ready = { ...delivery, message: verdict.message }
    if (delivery.message === '') changed.push(ready)
    prepared.push({ delivery: ready, action })
  }
  await writeDeliveries(warehouse, changed, nowMs)
  return prepared
}

const findAction = ({ settings }: Workspace, { rule, action }: Delivery): RuleAction | undefined =>
  settings.qualification.rules
    .find(({ name }) => name === rule)
    ?.actions.find((one) => toActionName(one) === action)

interface Evidence {
  readonly action: RuleAction | undefined
  readonly facts: MessageFacts
  readonly nowMs: number
}

function judge(delivery: Delivery, { action, facts, nowMs }: Evidence): Verdict {
  const ageMs = nowMs - fromDateTime(delivery.created_at)
  const isFired = delivery.message !== '' || facts.firing !== undefined
  if (!isFired) return { kind: ageMs > ORPHAN_MS ? 'drop' : 'wait' }
  if (!action) return { kind: 'park', reason: 'the settings have no such rule and action any more' }
  if (delivery.message !== '') return { kind: 'send', message: delivery.message }
  if (!facts.isWhole && ageMs < SETTLE_MS) return { kind: 'wait' }
  const message = buildLeadMessage(facts)
  if (message) return { kind: 'send', message: toText(action, message) }
  return ageMs > MISSING_MS
    ? { kind: 'park', reason: 'its lead or event is not there any more' }
    : { kind: 'wait' }
}

const toText = (action: RuleAction, message: LeadMessage): string =>
  'slack' in action ? buildSlackMessage(action.slack, message) : JSON.stringify(message)
