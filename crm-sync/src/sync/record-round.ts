import type { CrmShadowRow } from '@leadline/warehouse'
import type { Applied } from '../apply/apply-plan.ts'
import {
  buildDelivery,
  buildParkedDelivery,
  isDone,
  type DeliveryContext,
} from '../deliveries/build-deliveries.ts'
import type { CrmFields } from '../plan/field-values.ts'
import { isActive, isSameLink } from '../plan/link.ts'
import { EXTERNAL_ID, isTimelineKind, type Link, type Operation, type Plan } from '../plan/operation.ts'
import { carryShadows, type Move } from '../state/carry-shadows.ts'
import { findOthersIn } from '../state/company-people.ts'
import { insertInParts } from '../state/insert-in-parts.ts'
import { toLinkRow, type LinkChange } from '../state/links.ts'
import { linkKey, type RoundState, type Scope } from '../state/load-round.ts'
import { shadowKey } from '../state/shadows.ts'
import { nextVersion } from '../state/version.ts'
import type { Timeline } from './load-timeline.ts'

export interface RoundOutcome {
  readonly state: RoundState
  readonly plan: Plan
  readonly applied: readonly Applied[]
  /** Records as they were read in this round, by shadow key. */
  readonly records: ReadonlyMap<string, CrmFields>
  /** Timeline rows that were found without a link. */
  readonly recovered: Timeline['recovered']
  /** Keys of links that a poll changed during the round: what it saw stands. */
  readonly overtaken: ReadonlySet<string>
}

/**
 * Writes down what was done. Deliveries first: after a crash here the next plan finds the records by external id
 * and repairs shadow and links, while nothing could tell afterwards who made them. Returns companies whose people are
 * to be looked at, see followAccounts.
 */
export async function recordRound(
  scope: Scope,
  outcome: RoundOutcome,
  context: DeliveryContext,
): Promise<readonly string[]> {
  const { warehouse, ws } = scope
  await insertInParts(warehouse, 'crm_deliveries_raw', [
    ...outcome.applied.map((applied) => () => buildDelivery(applied, context)),
    ...outcome.plan.parked.map((parked) => () => buildParkedDelivery(parked, context)),
  ])
  const links = await markNewAccounts(scope, outcome.state, linkChanges(outcome))
  await carryShadows(scope, links.flatMap(moveOf), context.nowMs)
  await insertInParts(warehouse, 'crm_shadow', [
    ...recoveredRows(outcome, context),
    ...claimedRows(outcome, context),
    ...shadowRows(outcome, context),
  ])
  await insertInParts(
    warehouse,
    'crm_links_raw',
    links.map((change) => () => toLinkRow(change, { ws, nowMs: context.nowMs })),
  )
  return links.flatMap(({ link }) => (isStaleCompany(link) ? [link.id] : []))
}

/**
 * A company with an Account, or with another one: who is not in this round may have been written without it. The link
 * itself says so, in the same row, so that no end of the process comes between.
 */
async function markNewAccounts(
  scope: Scope,
  { people, links }: RoundState,
  changed: readonly Link[],
): Promise<readonly LinkChange[]> {
  const changes = changed.map((link) => ({ link, stored: links.get(linkKey(link)) }))
  const news = changes.filter(({ link, stored }) => isNewAccount(link, stored)).map(({ link }) => link.id)
  const leadIds = people.flatMap(({ leads }) => leads.map(({ leadId }) => leadId))
  const shared = await findOthersIn(scope, news, leadIds)
  return changes.map(({ link, stored }) =>
    isNewAccount(link, stored) && shared.has(link.id)
      ? { link: { ...link, status: 'stale' }, stored }
      : { link, stored },
  )
}

const isNewAccount = (link: Link, stored: Link | undefined): boolean =>
  link.kind === 'company' && isActive(link) && !(isActive(stored) && stored.crmId === link.crmId)

const isStaleCompany = ({ kind, status }: Link): boolean => kind === 'company' && status === 'stale'

function moveOf({ link, stored }: LinkChange): readonly Move[] {
  if (isTimelineKind(link.kind) || stored === undefined || stored.crmId === link.crmId) return []
  return [{ externalId: link.externalId, from: stored, to: link }]
}

type ShadowMaker = () => CrmShadowRow

function shadowRows(outcome: RoundOutcome, context: DeliveryContext): readonly ShadowMaker[] {
  const { state, records } = outcome
  const claimed = new Map(
    outcome.plan.claims.map(({ object, crmId, written }) => [shadowKey(object, crmId), written]),
  )
  // By contact: of the record that the link led to when the round began.
  const formerly = new Map(state.people.map((person) => [person.contactId, person.shadow?.written]))
  return outcome.applied.filter(isDone).map(({ operation, sent, result }) => () => {
    const crmId = (result.ok && result.id) || operation.crmId
    const key = shadowKey(operation.object, crmId)
    const { [EXTERNAL_ID]: _, ...written } = sent
    return {
      ws: context.ws,
      object: operation.object,
      crm_id: crmId,
      external_id: operation.externalId,
      fields: JSON.stringify({ ...(records.get(key) ?? state.shadows.get(key)?.fields), ...written }),
      written: JSON.stringify({
        ...(state.shadows.get(key)?.written ?? formerly.get(operation.id)),
        ...claimed.get(key),
        ...written,
      }),
      replaced: JSON.stringify({ ...state.shadows.get(key)?.replaced, ...replacedBy(operation) }),
      modstamp: '',
      version: nextVersion(state.shadows.get(key)?.version, context.nowMs),
      gone: operation.action === 'delete' ? 1 : 0,
    }
  })
}

/** What stood where we wrote. */
const replacedBy = ({ action, fields }: Operation): CrmFields =>
  action === 'update' ? Object.fromEntries(Object.entries(fields).map(([name, { old }]) => [name, old])) : {}

/** Below what the same moment writes about the same record. */
function claimedRows({ plan, state }: RoundOutcome, { ws, nowMs }: DeliveryContext): readonly ShadowMaker[] {
  return plan.claims.map(({ object, crmId, externalId, fields, written }) => () => ({
    ws,
    object,
    crm_id: crmId,
    external_id: externalId,
    fields: JSON.stringify(fields),
    written: JSON.stringify(written),
    replaced: '{}',
    modstamp: '',
    version: nextVersion(state.shadows.get(shadowKey(object, crmId))?.version, nowMs - 1),
    gone: 0,
  }))
}

function recoveredRows({ recovered }: RoundOutcome, { ws, nowMs }: DeliveryContext): readonly ShadowMaker[] {
  return recovered.map(({ link, record }) => () => ({
    ws,
    object: link.object,
    crm_id: link.crmId,
    external_id: link.externalId,
    fields: JSON.stringify(record.fields),
    written: '{}',
    replaced: '{}',
    modstamp: '',
    version: nextVersion(undefined, nowMs - 1),
    gone: 0,
  }))
}

/** Links that the plan changes, and those that follow from results. */
function linkChanges({ plan, applied, state, recovered, overtaken }: RoundOutcome): readonly Link[] {
  const changes = new Map(
    [...recovered.map(({ link }) => link), ...plan.links].map((link) => [linkKey(link), link]),
  )
  for (const link of applied.flatMap(linksOf)) {
    const planned = changes.get(linkKey(link))
    changes.set(linkKey(link), planned ? { ...link, status: planned.status } : link)
  }
  return [...changes.values()]
    .map((link) => keepStale(link, state.links.get(linkKey(link))))
    .filter((link) => !overtaken.has(linkKey(link)) && !isSameLink(state.links.get(linkKey(link)), link))
}

/** A company's is settled by whoever had its people looked at. */
const keepStale = (link: Link, stored: Link | undefined): Link =>
  link.status === 'linked' && stored !== undefined && isStaleCompany(stored)
    ? { ...link, status: 'stale' }
    : link

function linksOf(applied: Applied): readonly Link[] {
  const { operation, result } = applied
  const { kind, id, object, externalId } = operation
  const crmId = (result.ok && result.id) || operation.crmId
  const link = { kind, id, object, externalId, crmId, status: 'linked', gone: false } as const
  if (operation.action === 'delete') return isDone(applied) ? [{ ...link, gone: true }] : []
  if (isRowDeletedThere(applied)) return [{ ...link, status: 'deleted' }]
  return result.ok ? [link, ...formerLinkOf(operation, link)] : []
}

/** A timeline row that passed to another session leaves the one it came from. */
function formerLinkOf({ kind, fields }: Operation, link: Link): readonly Link[] {
  const former = fields[EXTERNAL_ID]?.old
  if (!isTimelineKind(kind) || typeof former !== 'string') return []
  return [{ ...link, id: former, externalId: former, gone: true }]
}

/** Somebody deleted the timeline row in Salesforce: it is not made again. */
export const isRowDeletedThere = ({ operation, result }: Applied): boolean =>
  isTimelineKind(operation.kind) &&
  operation.action === 'update' &&
  !result.ok &&
  result.failure.code === 'ENTITY_IS_DELETED'
