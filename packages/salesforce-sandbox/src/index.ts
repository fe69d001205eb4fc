export { startSandboxOrg, type SandboxOrg } from './start-sandbox-org.ts'
export type { SandboxOptions } from './options.ts'
export type { Admin, FaultInput } from './admin/create-admin.ts'
export type { LateAct } from './admin/late-act.ts'
export type { Act, ActResult } from './admin/run-act.ts'
export type { Checks, CheckResult } from './judge/run-checks.ts'
export { kindOfCall, partsOfCall, type CallKind, type CallPart } from './log/kind-of-call.ts'
export { logEntrySchema, type LogEntry } from './log/request-log.ts'
export type { LogStats } from './log/summarize-log.ts'
export type { FieldValue, FieldValues, RecordVersion, StoredRecord } from './store/stored-record.ts'
export {
  ADMIN_USERNAME,
  INACTIVE_USERNAME,
  INTEGRATION_USERNAME,
  QUEUE_NAME,
  REP_USERNAME,
  SECOND_REP_USERNAME,
} from './store/fixture-names.ts'
