import { planCompany, type CompanyInput } from './account.ts'
import { planTimeline, type Anchor, type TimelinePlan } from './activity.ts'
import { findWanted, NO_MEMBERS, planMembers, type MemberPlan, type Memberships } from './campaign-member.ts'
import type { ObjectSchema } from './field-values.ts'
import { isActive } from './link.ts'
import {
  EMPTY_PLAN,
  isReference,
  mergePlans,
  type Operation,
  type Plan,
  type PlannedValue,
} from './operation.ts'
import { findDeals, NO_DEALS, planDeals, type DealPlan, type Deals } from './opportunity.ts'
import { mayCreate, planPerson } from './person.ts'
import { objectOfNew, type RoundRules } from './rules.ts'
import type { CompanyState, Errand, PersonState, Standing, TimelineRow } from './subjects.ts'

export interface Schemas {
  readonly lead: ObjectSchema
  readonly contact: ObjectSchema
  readonly account: ObjectSchema
  readonly activity: ObjectSchema
  /** Without fields where the timeline is not made of Tasks. */
  readonly task: ObjectSchema
  /** Without fields where nobody is to become a member. */
  readonly member: ObjectSchema
  /** Without fields where Campaigns are not made. */
  readonly campaign: ObjectSchema
  /** Without fields where no Opportunities are made. */
  readonly opportunity: ObjectSchema
  readonly role: ObjectSchema
}

export interface PersonTask {
  readonly person: PersonState
  readonly standing: Standing
  readonly company: CompanyState | undefined
  /** A visit that goes on was written less than a refresh interval ago. */
  readonly holdOpen: boolean
  /** An earlier try may have written without our knowing. */
  readonly isRepeated: boolean
  readonly errand: Errand
}

export interface CompanyTask {
  readonly company: CompanyState
  readonly standing: Standing
  readonly isRepeated: boolean
  readonly errand: Errand
}

export interface RoundInput {
  readonly people: readonly PersonTask[]
  readonly companies: readonly CompanyTask[]
  readonly rows: ReadonlyMap<string, TimelineRow>
  readonly memberships: Memberships
  readonly deals: Deals
  readonly schemas: Schemas
  readonly rules: RoundRules
  /** Visits whose last event is later than this may go on. */
  readonly openSinceMs: number
}

/** Everything that Salesforce needs to be true for these people and companies. Pure: the same input, the same plan. */
export function planRound(input: RoundInput): Plan {
  const tasks = withoutTwins(input.companies)
  const companies = tasks.map((task) => planCompany(toCompanyInput(task, input)))
  const accounts = accountsOf(tasks, companies)
  const newOwners = newOwnersOf(companies)
  const people = input.people.map((task) => {
    const newOwner = newOwners.get(task.company?.companyId ?? '') ?? null
    return planPersonAndRows(task, input, { accounts, newOwner })
  })
  const plan = mergePlans([...companies, ...people])
  return { ...plan, operations: withoutRepeats(plan.operations) }
}

const toCompanyInput = (task: CompanyTask, { schemas, rules }: RoundInput): CompanyInput => ({
  ...task,
  schema: schemas.account,
  rules,
})

/** Of companies that share a domain, or a record, only the first gets it in this round: one Account for a domain. */
function withoutTwins(tasks: readonly CompanyTask[]): readonly CompanyTask[] {
  const taken = new Map<string, string>()
  return tasks.map((task) => {
    const { company, standing } = task
    const key = standing.at === 'none' ? company.domain : standing.at === 'record' ? standing.record.id : ''
    const first = taken.get(key)
    if (key === '') return task
    if (first === undefined) taken.set(key, company.companyId)
    return first === undefined ? task : { ...task, standing: takenBy(first) }
  })
}

const takenBy = (companyId: string): Standing => ({
  at: 'unclear',
  code: 'record_taken',
  message: `company ${companyId} has the same domain, and its Account`,
})

/** Where each company's Account is, or will be. */
function accountsOf(tasks: readonly CompanyTask[], plans: readonly Plan[]): Map<string, PlannedValue> {
  const accounts = new Map<string, PlannedValue>()
  tasks.forEach(({ company, standing }, index) => {
    const created = plans[index]?.operations.find((operation) => operation.action === 'upsert')
    if ('record' in standing) accounts.set(company.companyId, standing.record.id)
    else if (created) accounts.set(company.companyId, { object: 'Account', externalId: created.externalId })
  })
  return accounts
}

/** Owners of Accounts that are made, by company id. */
const newOwnersOf = (plans: readonly Plan[]): ReadonlyMap<string, PlannedValue> =>
  new Map(
    plans.flatMap(({ operations }) =>
      operations.flatMap(({ id, action, fields }) =>
        action === 'upsert' && fields['OwnerId'] ? [[id, fields['OwnerId'].new] as const] : [],
      ),
    ),
  )

interface Surroundings {
  readonly accounts: ReadonlyMap<string, PlannedValue>
  /** Of an Account of the same plan. */
  readonly newOwner: PlannedValue
}

function planPersonAndRows(task: PersonTask, input: RoundInput, { accounts, newOwner }: Surroundings): Plan {
  const { person, errand, company } = task
  const { rules, schemas } = input
  const isVisiting = person.sessions.some((session) => session.endedAtMs > input.openSinceMs)
  const account = accountOf(company, accounts)
  const subject = {
    person,
    company,
    account,
    rules,
    errand,
    objectOfNew: objectOfNew(rules.crm, account !== null && !isReference(account)),
  }
  const anchor = anchorOf(task, subject)
  const timeline = planTimelineOf(task, input, anchor)
  const members = planMembersOf(task, input, anchor)
  const deals = planDealsOf(task, input, { anchor, newOwner })
  const plan =
    person.leads.length === 0
      ? EMPTY_PLAN
      : planPerson({
          ...subject,
          standing: task.standing,
          schemas,
          holdRollups: task.holdOpen && isVisiting,
          heldVisits: timeline.held,
          isRepeated: task.isRepeated,
        })
  return {
    ...plan,
    operations: [...plan.operations, ...timeline.operations, ...members.operations, ...deals.operations],
    links: [...plan.links, ...timeline.links, ...members.links, ...deals.links],
    omitted: [...plan.omitted, ...timeline.omitted, ...members.omitted],
  }
}

function planDealsOf(
  { person, standing, company, errand }: PersonTask,
  { rules, deals, schemas }: RoundInput,
  { anchor, newOwner }: { readonly anchor: Anchor | undefined; readonly newOwner: PlannedValue },
): DealPlan {
  if (!anchor || !company || !('externalId' in standing)) return NO_DEALS
  const accountKey = deals.accountKeys.get(company.companyId)
  return planDeals({
    person,
    company,
    anchor,
    deals,
    errand,
    newOwner,
    externalId: standing.externalId,
    wanted: findDeals({ person, company, accountKey, rules: rules.crm.opportunities.create }),
    schema: schemas.opportunity,
    refusalOf: rules.refusalOf,
  })
}

function planMembersOf(
  { person, standing, company, errand }: PersonTask,
  { rules, memberships, schemas }: RoundInput,
  anchor: Anchor | undefined,
): MemberPlan {
  if (!anchor || !('externalId' in standing)) return NO_MEMBERS
  const { externalId } = standing
  const wanted = findWanted({
    person,
    company,
    account: anchor.account,
    externalId,
    campaigns: rules.crm.campaigns,
  })
  return planMembers({ wanted, anchor, memberships, schemas, errand, create: rules.crm.campaigns.create })
}

function planTimelineOf(
  { person, standing, holdOpen, errand }: PersonTask,
  { rules, rows, schemas, openSinceMs }: RoundInput,
  anchor: Anchor | undefined,
): TimelinePlan {
  if (!anchor || !('externalId' in standing) || rules.crm.timeline.as === 'none')
    return { operations: [], omitted: [], links: [], held: false }
  return planTimeline({
    sessions: person.sessions,
    vanished: person.vanished,
    formerDays: person.formerDays,
    rows,
    anchor,
    externalId: standing.externalId,
    rules,
    schemas,
    openSinceMs,
    holdOpen,
    errand,
  })
}

const accountOf = (
  company: CompanyState | undefined,
  accounts: ReadonlyMap<string, PlannedValue>,
): PlannedValue =>
  company === undefined
    ? null
    : (accounts.get(company.companyId) ?? (isActive(company.link) ? company.link.crmId : null))

function anchorOf(
  { standing, person }: PersonTask,
  subject: Parameters<typeof mayCreate>[0],
): Anchor | undefined {
  const { account, objectOfNew: object } = subject
  if (standing.at === 'record' || standing.at === 'shared') {
    const { id, object } = standing.record
    return { object: object === 'Contact' ? 'Contact' : 'Lead', person: id, account }
  }
  if (standing.at !== 'none' || person.leads.length === 0 || !mayCreate(subject)) return undefined
  return { object, person: { object, externalId: standing.externalId }, account }
}

/** Two plans may touch one record (a session that moved, a shared Contact): Salesforce refuses it twice in a call. */
function withoutRepeats(operations: readonly Operation[]): readonly Operation[] {
  const first = new Map<string, Operation>()
  for (const operation of operations) {
    const key = `${operation.object}:${operation.crmId || operation.externalId}`
    const earlier = first.get(key)
    first.set(
      key,
      earlier ? { ...earlier, workKeys: [...earlier.workKeys, ...operation.workKeys] } : operation,
    )
  }
  return [...first.values()]
}
