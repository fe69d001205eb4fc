/** What the command line needs of the connection to Salesforce. */
export { loadCalls } from './budget/call-ledger.ts'
export { LANES, SHARE_OF_LANE, type Lane } from './budget/lanes.ts'
export { readAuth } from './connection/auth-settings.ts'
export { connect } from './connection/connect.ts'
export { openConnectionStore } from './connection/open-store.ts'
export { checkOrg, readLimits, type CheckLine } from './provision/check-org.ts'
export { provisionOrg, type ProvisionReport } from './provision/provision-org.ts'
export { readSourcePackage } from './provision/source-package.ts'
export { adviceFor } from './salesforce/error-catalogue.ts'
export { groupFailures, type FailureGroup } from './salesforce/error-signature.ts'
export { classify, SalesforceError } from './salesforce/errors.ts'
export { openConnection, type Connection } from './salesforce/open-connection.ts'
export { appendWork } from './explain/append-work.ts'
export { explainPerson, type Explanation } from './explain/explain-person.ts'
export { EMPTY_FILTER, parseFilter, type Filter, type FilterKey } from './explain/filter.ts'
export { findSetupProblem } from './explain/find-setup-problem.ts'
export { planSubjects, type DryRun, type PlannedWrite } from './explain/plan-subjects.ts'
export { findDelivered, LOG_KEYS, readLog, readParked, toCsv, type Delivery } from './explain/read-log.ts'
export { readForecast } from './explain/forecast.ts'
export { type StorageForecast } from './budget/storage.ts'
export { runBackfill } from './explain/run-backfill.ts'
export {
  findCompanies,
  findContacts,
  selectContacts,
  SUBJECT_KEYS,
  type Subject,
} from './explain/select-subjects.ts'
