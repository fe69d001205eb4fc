import { planCompany, type CompanyInput } from './account.ts'
import { planTimeline, type Anchor, type TimelinePlan } from './activity.ts'
import type { ObjectSchema } from './field-values.ts'
import { isActive } from './link.ts'
import { EMPTY_PLAN, mergePlans, type Operation, type Plan, type PlannedValue } from './operation.ts'
import { planPerson } from './person.ts'
import type { CompanyState, Errand, PersonState, Standing, TimelineRow } from './subjects.ts'

export interface Schemas {
  readonly lead: ObjectSchema
  readonly contact: ObjectSchema
  readonly account: ObjectSchema
  readonly activity: ObjectSchema
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
  readonly schemas: Schemas
  readonly create: { readonly leads: boolean; readonly companies: boolean }
  /** Visits whose last event is later than this may go on. */
  readonly openSinceMs: number
}

/** Everything that Salesforce needs to be true for these people and companies. Pure: the same input, the same plan. */
export function planRound(input: RoundInput): Plan {
  const companies = input.companies.map((task) => planCompany(toCompanyInput(task, input)))
  const accounts = accountsOf(input.companies, companies)
  const people = input.people.map((task) => planPersonAndTimeline(task, input, accounts))
  const plan = mergePlans([...companies, ...people])
  return { ...plan, operations: withoutRepeats(plan.operations) }
}

const toCompanyInput = (task: CompanyTask, { schemas, create }: RoundInput): CompanyInput => ({
  ...task,
  schema: schemas.account,
  create: create.companies,
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

function planPersonAndTimeline(
  task: PersonTask,
  input: RoundInput,
  accounts: ReadonlyMap<string, PlannedValue>,
): Plan {
  const { person, errand, company } = task
  const isVisiting = person.sessions.some((session) => session.endedAtMs > input.openSinceMs)
  const anchor = anchorOf(task, input, accountOf(company, accounts))
  const timeline: TimelinePlan = anchor
    ? planTimeline({
        sessions: person.sessions,
        vanished: person.vanished,
        rows: input.rows,
        anchor,
        schema: input.schemas.activity,
        openSinceMs: input.openSinceMs,
        holdOpen: task.holdOpen,
        errand,
      })
    : { operations: [], links: [], held: false }
  const plan =
    person.leads.length === 0
      ? EMPTY_PLAN
      : planPerson({
          person,
          standing: task.standing,
          domain: company?.domain ?? '',
          schemas: input.schemas,
          create: input.create.leads,
          holdRollups: task.holdOpen && isVisiting,
          heldVisits: timeline.held,
          isRepeated: task.isRepeated,
          errand,
        })
  return {
    ...plan,
    operations: [...plan.operations, ...timeline.operations],
    links: [...plan.links, ...timeline.links],
  }
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
  { create }: RoundInput,
  account: PlannedValue,
): Anchor | undefined {
  if (standing.at === 'record' || standing.at === 'shared') {
    const { id, object } = standing.record
    return { object: object === 'Contact' ? 'Contact' : 'Lead', person: id, account }
  }
  if (standing.at !== 'none' || !create.leads || person.leads.length === 0) return undefined
  return { object: 'Lead', person: { object: 'Lead', externalId: standing.externalId }, account }
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
