import type { Command } from '../command.ts'
import { actionsLog } from './actions-log.ts'
import { actionsRetry } from './actions-retry.ts'
import { check } from './check.ts'
import { explain } from './explain.ts'
import { identityCommands } from './identity-decide.ts'
import { identityLog } from './identity-log.ts'
import { identityPreview } from './identity-preview.ts'
import { identitySuggestions } from './identity-suggestions.ts'
import { importRecords } from './import.ts'
import { migrate } from './migrate.ts'
import { reconcile } from './reconcile.ts'
import { reset } from './reset.ts'
import { resolve } from './resolve.ts'
import { salesforceCheck } from './salesforce-check.ts'
import { salesforceConnect } from './salesforce-connect.ts'
import { salesforceProvision } from './salesforce-provision.ts'
import { salesforceStatus } from './salesforce-status.ts'
import { salesforceBackfill } from './salesforce-backfill.ts'
import { salesforceLog } from './salesforce-log.ts'
import { salesforcePlan } from './salesforce-plan.ts'
import { salesforcePush } from './salesforce-push.ts'
import { salesforceReplay } from './salesforce-replay.ts'
import { salesforceSync } from './salesforce-sync.ts'
import { salesforceWhy } from './salesforce-why.ts'
import { simulate } from './simulate.ts'
import { start } from './start.ts'
import { status } from './status.ts'

/** Every command of the CLI, in the order of its help. */
export const commands: readonly Command[] = [
  start,
  status,
  simulate,
  resolve,
  reconcile,
  importRecords,
  check,
  migrate,
  reset,
  explain,
  ...identityCommands,
  identityLog,
  identityPreview,
  identitySuggestions,
  actionsLog,
  actionsRetry,
  salesforceConnect,
  salesforceStatus,
  salesforceCheck,
  salesforceProvision,
  salesforceWhy,
  salesforceSync,
  salesforceReplay,
  salesforcePush,
  salesforcePlan,
  salesforceLog,
  salesforceBackfill,
]
