import type { z } from 'zod'
import type { PermissionChange } from '../access/permission-change.ts'
import type { BulkControls } from '../bulk/bulk-controls.ts'
import type { FeedAction } from '../events/feed-controls.ts'
import type { ChaosInput } from '../faults/chaos.ts'
import type { FaultRule, faultRuleSchema } from '../faults/fault-rule.ts'
import type { PresetInput } from '../faults/fault-presets.ts'
import type { LimitChange } from '../http/limit-change.ts'
import type { Checks, CheckResult } from '../judge/run-checks.ts'
import type { LogEntry } from '../log/request-log.ts'
import type { LogStats } from '../log/summarize-log.ts'
import type { AuthSwitches } from '../oauth/auth-switches.ts'
import type { Settings } from '../options.ts'
import type { LockInput } from '../rules/record-locks.ts'
import type { RecordVersion, StoredRecord } from '../store/stored-record.ts'
import type { queueSchema, rawSchema, userSchema } from './change-setup.ts'
import type { LateAct } from './late-act.ts'
import type {
  AssignmentInput,
  AutomationInput,
  DuplicateInput,
  RuleKind,
  ValidationInput,
} from './org-rules.ts'
import type { Act, ActResult } from './run-act.ts'

export type FaultInput = z.input<typeof faultRuleSchema>

/** Scripting of an org, for tests and demonstrations: what `/__admin` offers, as functions. */
export interface Admin {
  /** A fresh org: fixtures only, no tokens, no log, no faults. */
  reset(seed?: number, fixtures?: Settings['fixtures']): void
  /** Keeps the org as it is now, in memory; returns the snapshot's id. */
  snapshot(): string
  /** Puts the org back to a snapshot. */
  restore(id: string): void
  clock: {
    /** ms since 1970 */
    now(): number
    /** What is due on the way happens, in order. */
    set(timeMs: number): void
    advance(byMs: number): void
  }
  /** One result for each op. Throws when the actor is unknown. */
  act(act: Act): readonly ActResult[]
  /** A transaction whose rows carry an early stamp and are seen later. */
  lateCommit(late: LateAct): string
  /** Records of an object with all their fields, deleted ones included; `where` is a SOQL filter. */
  records(object: string, where?: string): readonly StoredRecord[]
  history(id: string): readonly RecordVersion[]
  /** Writes a record past every rule and without an event; returns its id. */
  raw(raw: z.infer<typeof rawSchema>): string
  rules: {
    duplicate(rule: DuplicateInput): void
    validation(rule: ValidationInput): void
    assignment(rule: AssignmentInput): void
    automation(rule: AutomationInput): void
    /** A rule of any kind, checked as its own function checks it. */
    add(kind: RuleKind, rule: unknown): void
    list(kind: RuleKind): readonly { readonly name: string }[]
    remove(kind: RuleKind, name?: string): void
  }
  /** Keeps saves of these records out, for a time on the org's clock, for some attempts, or while they are approved. */
  lock(lock: LockInput): void
  unlock(): void
  limits(change: LimitChange): void
  /** Pages of queries that have not been fetched are gone. */
  expireCursors(): void
  permissions(change: PermissionChange): void
  /** Who sees and edits the records of others. */
  sharing(models: Readonly<Record<string, 'private' | 'read' | 'readwrite'>>): void
  /** Creates or changes a user; returns the id. */
  user(user: z.input<typeof userSchema>): string
  /** Returns the queue's id. */
  queue(queue: z.input<typeof queueSchema>): string
  schema: {
    /** A custom field as its field-meta.xml would say it; nobody sees it until it is granted. */
    putField(object: string, field: Readonly<Record<string, unknown>> & { readonly fullName: string }): void
    removeField(object: string, name: string): void
    /** A record type as its recordType-meta.xml would say it; `active: false` closes it. */
    putRecordType(
      object: string,
      recordType: Readonly<Record<string, unknown>> & { readonly fullName: string },
    ): void
    /** Reads one more SFDX source folder. */
    load(dir: string): void
  }
  bulk: {
    control(controls: Partial<BulkControls>): void
    release(): void
  }
  auth: {
    /** Ends one session, or all. */
    expire(token?: string): void
    /** Revokes every token of a user for a client. */
    revoke(userId: string, clientId?: string): void
    switch(change: Partial<AuthSwitches>): void
    /** The next consent is refused. */
    deny(): void
    /** A client can no longer log in. */
    block(clientId: string): void
    /** A user, by id or name, who can log in and yet is refused every call. */
    demand(user: string): void
    /** The same records under another org id; every token is dead. */
    refreshSandbox(): string
  }
  /** Breaks or repairs the change feed. */
  feed(action: FeedAction): void
  /** Requests with a number above `since`. */
  log(since?: number): readonly LogEntry[]
  stats(since?: number): LogStats
  /** Ready-made judgements over log and records. */
  assert(checks: Checks): readonly CheckResult[]
  faults: {
    /** Returns the rule's id. */
    add(rule: FaultInput): string
    /** A named set of rules; returns their ids. */
    preset(preset: PresetInput): readonly string[]
    /** Random faults that follow from a seed. */
    chaos(chaos: ChaosInput): string
    list(): readonly FaultRule[]
    remove(id?: string): void
  }
}
