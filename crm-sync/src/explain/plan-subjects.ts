import type { CrmSettings } from '@leadline/contract'
import { countCalls } from '../apply/apply-plan.ts'
import { isReference, type Operation, type Parked } from '../plan/operation.ts'
import { openOrg } from '../salesforce/open-org.ts'
import type { ConnectionOptions } from '../salesforce/open-connection.ts'
import { createOwnerDirectory } from '../sync/owner-directory.ts'
import { RefusedValues } from '../sync/refused-values.ts'
import { planItems, type PlanDependencies } from '../sync/run-round.ts'
import type { Scope } from '../state/load-round.ts'
import { nextVersion } from '../state/version.ts'
import type { Subject } from './select-subjects.ts'

export interface DryRun {
  readonly operations: readonly PlannedWrite[]
  readonly parked: readonly Parked[]
  /** What is left out or waits, by signature of the cause. */
  readonly leftOut: readonly string[]
  /** Subjects that stay out by rule, or because their record was deleted. */
  readonly skipped: number
  /** What is wrong with the mapping. */
  readonly problems: readonly string[]
  /** API calls that the writes would cost. */
  readonly writeCalls: number
}

export interface PlannedWrite {
  readonly object: string
  readonly action: 'create' | 'update' | 'delete'
  readonly kind: string
  readonly id: string
  readonly crmId: string
  readonly fields: Readonly<
    Record<string, { readonly old: unknown; readonly new: unknown; readonly note?: string }>
  >
}

export interface DryRunOptions extends Scope {
  readonly crm: CrmSettings
  readonly sessionTimeoutMs: number
  readonly connection: ConnectionOptions
  /** `manual` plans as if these were pushed by hand. */
  readonly reason: string
  readonly now: () => number
}

/** What a round would write for these subjects, without writing it: reads the org, changes nothing. */
export async function planSubjects(options: DryRunOptions, subjects: readonly Subject[]): Promise<DryRun> {
  const problems: string[] = []
  const { crm, now, connection, reason } = options
  const org = openOrg(crm, (found) => problems.push(...found), connection)
  const dependencies: PlanDependencies = {
    ...options,
    org,
    refused: new RefusedValues(),
    hints: new Map(),
    owners: createOwnerDirectory(org.send, now),
    startedAtMs: 0,
    newId: () => '',
  }
  const version = nextVersion(undefined, now())
  const items = subjects.map((subject) => ({ ...subject, reason, version, attempt: 0 }))
  const { plan } = await planItems(dependencies, items, () => false)
  return {
    operations: plan.operations.map(toWrite),
    parked: plan.parked,
    leftOut: [...new Set(plan.omitted.map(({ signature }) => signature))].sort(),
    skipped: plan.skipped,
    problems,
    writeCalls: countCalls(plan.operations),
  }
}

const toWrite = ({ object, action, kind, id, crmId, fields }: Operation): PlannedWrite => ({
  object,
  action: action === 'upsert' ? 'create' : action,
  kind,
  id,
  crmId,
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, change]) => [
      name,
      { ...change, new: isReference(change.new) ? `the ${change.new.object} of this plan` : change.new },
    ]),
  ),
})
