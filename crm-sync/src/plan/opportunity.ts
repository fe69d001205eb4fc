import type { CrmSettings } from '@leadline/contract'
import type { Anchor } from './activity.ts'
import { fillTemplate } from './compile-mapping.ts'
import { isMet } from './conditions.ts'
import { deriveId } from './derived-id.ts'
import type { RefusalOf } from './field-mapping.ts'
import { fitValue, type ObjectSchema } from './field-values.ts'
import { buildLink } from './link.ts'
import type { FieldChanges, Link, Operation, Plan, PlannedValue } from './operation.ts'
import { buildPersonFacts, buildPersonSources } from './person-facts.ts'
import type { CompanyState, Errand, PersonState } from './subjects.ts'

export type DealRule = CrmSettings['opportunities']['create'][number]

/** An Opportunity that an Account should have. */
export interface WantedDeal {
  /** Our id of it: one for an Account and rule, whoever met the rule. */
  readonly id: string
  readonly rule: DealRule
}

/** What Salesforce and we know of the Opportunities of a round. */
export interface Deals {
  /** Our id on the Account, by company id. */
  readonly accountKeys: ReadonlyMap<string, string>
  /** By our id of the Opportunity. */
  readonly links: ReadonlyMap<string, Link>
  /** Salesforce ids by our id on them, where no link is known: the answer was lost. */
  readonly made: ReadonlyMap<string, string>
  /** Salesforce id of an open Opportunity, by that of its Account. */
  readonly open: ReadonlyMap<string, string>
  /** Salesforce ids of active users who own Accounts, by company id. */
  readonly owners: ReadonlyMap<string, string>
  /** Roles that are linked, by our id, and those that are there, see roleKey. */
  readonly roles: ReadonlySet<string>
  readonly nowMs: number
}

export type DealPlan = Pick<Plan, 'operations' | 'links'>
export const NO_DEALS: DealPlan = { operations: [], links: [] }

export const roleKey = (opportunityId: string, contactId: string): string => `${opportunityId}:${contactId}`
export const roleId = (dealId: string, personKey: string): string => deriveId('role', dealId, personKey)

/** Which Opportunities the Account of a person's company should have. */
export function findDeals(input: {
  readonly person: PersonState
  readonly company: CompanyState | undefined
  readonly accountKey: string | undefined
  readonly rules: readonly DealRule[]
}): readonly WantedDeal[] {
  const { person, company, accountKey, rules } = input
  if (rules.length === 0 || accountKey === undefined || person.leads.length === 0) return []
  const { stage } = buildPersonFacts(person, company?.domain ?? '')
  const sources = buildPersonSources({ person, company, account: null })
  return rules
    .filter(({ stages, where }) => (stages.length === 0 || stages.includes(stage)) && isMet(where, sources))
    .map((rule) => ({ id: deriveId('opportunity', accountKey, rule.name), rule }))
}

export interface DealInput {
  readonly person: PersonState
  readonly company: CompanyState
  readonly anchor: Anchor
  /** Our id on the person's record. */
  readonly externalId: string
  readonly wanted: readonly WantedDeal[]
  readonly deals: Deals
  readonly schema: ObjectSchema
  readonly refusalOf: RefusalOf
  /** Owner of an Account that this plan makes. */
  readonly newOwner: PlannedValue
  readonly errand: Errand
}

/** One Opportunity for an Account and rule, and none where one is open, whoever made that. */
export function planDeals(input: DealInput): DealPlan {
  const plans = input.anchor.account === null ? [] : input.wanted.map((wanted) => planOne(input, wanted))
  return {
    operations: plans.flatMap(({ operations }) => operations),
    links: plans.flatMap(({ links }) => links),
  }
}

function planOne(input: DealInput, wanted: WantedDeal): DealPlan {
  const { deals, anchor } = input
  const { id } = wanted
  const link = deals.links.get(id)
  if (link) return { operations: isOurs(link) ? planRole(input, wanted, link.crmId) : [], links: [] }
  const made = deals.made.get(id)
  if (made !== undefined) return { operations: planRole(input, wanted, made), links: [toLink(id, made, id)] }
  const open = typeof anchor.account === 'string' ? deals.open.get(anchor.account) : undefined
  // The rule is met by that one, now and later.
  if (open !== undefined) return { operations: [], links: [toLink(id, open, '')] }
  const reference = { object: 'Opportunity', externalId: id } as const
  return { operations: [toOpportunity(input, wanted), ...planRole(input, wanted, reference)], links: [] }
}

const isOurs = ({ id, externalId, status }: Link): boolean => externalId === id && status === 'linked'

const toLink = (id: string, crmId: string, externalId: string): Link =>
  buildLink({ kind: 'opportunity', id }, { object: 'Opportunity', id: crmId }, externalId)

const DAY_MS = 86_400_000

function toOpportunity(input: DealInput, { id, rule }: WantedDeal): Operation {
  const { company, anchor, deals, schema, refusalOf } = input
  const closeMs = deals.nowMs + rule.closeInDays * DAY_MS
  const owner = deals.owners.get(company.companyId) ?? input.newOwner
  const isOwned = typeof owner === 'string' && refusalOf('Opportunity', 'OwnerId', owner) === undefined
  const name = nameOf(input, rule)
  const fields: FieldChanges = {
    Name: { old: null, new: schema['Name'] ? (fitValue(name, schema['Name']) ?? name) : name },
    StageName: { old: null, new: rule.stageName },
    CloseDate: { old: null, new: new Date(closeMs).toISOString().slice(0, 10) },
    AccountId: { old: null, new: anchor.account },
    ...(isOwned ? { OwnerId: { old: null, new: owner } } : {}),
  }
  return { ...toOperation(input, 'Opportunity', { id, rule }), kind: 'opportunity', fields }
}

function nameOf({ person, company }: DealInput, { named }: DealRule): string {
  const label = company.name || company.domain
  const labelled = { ...company, row: { ...company.row, label } }
  return fillTemplate(named, buildPersonSources({ person, company: labelled, account: null })) || label
}

/** Only Contacts have parts in Opportunities. */
function planRole(input: DealInput, wanted: WantedDeal, opportunity: PlannedValue): readonly Operation[] {
  const { anchor, deals, externalId } = input
  const id = roleId(wanted.id, externalId)
  const isThere =
    typeof opportunity === 'string' &&
    typeof anchor.person === 'string' &&
    deals.roles.has(roleKey(opportunity, anchor.person))
  if (anchor.object !== 'Contact' || deals.roles.has(id) || isThere) return []
  const { rule } = wanted
  const fields: FieldChanges = {
    OpportunityId: { old: null, new: opportunity },
    ContactId: { old: null, new: anchor.person },
    ...(rule.role === undefined ? {} : { Role: { old: null, new: rule.role } }),
  }
  return [{ ...toOperation(input, 'OpportunityContactRole', { id, rule }), kind: 'role', fields }]
}

const toOperation = (
  { errand }: DealInput,
  object: 'Opportunity' | 'OpportunityContactRole',
  { id, rule }: WantedDeal,
) =>
  ({
    object,
    action: 'upsert',
    id,
    externalId: id,
    crmId: '',
    reason: `rule ${rule.name}`,
    workKeys: [errand.workKey],
  }) as const
