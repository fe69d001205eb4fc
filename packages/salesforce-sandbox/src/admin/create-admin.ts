import { faultRuleSchema, type FaultRule } from '../faults/fault-rule.ts'
import type { z } from 'zod'
import { FULL_ACCESS } from '../access/access.ts'
import type { LogEntry } from '../log/request-log.ts'
import { summarizeLog, type LogStats } from '../log/summarize-log.ts'
import type { Org } from '../org.ts'
import { parseQuery } from '../soql/parse-query.ts'
import { selectRecords } from '../soql/select-records.ts'
import type { RecordVersion, StoredRecord } from '../store/stored-record.ts'
import { moveClock } from '../timers/run-timers.ts'
import { AdminError } from './admin-error.ts'
import { runAct, type Act, type ActResult } from './run-act.ts'

/** What stands behind an org: the server that holds and saves it. */
export interface OrgHolder {
  readonly org: Org
  save(): void
  reset(seed?: number): void
}

export type FaultInput = z.input<typeof faultRuleSchema>

/** Scripting of an org, for tests and demonstrations: what `/__admin` offers, as functions. */
export interface Admin {
  /** A fresh org: fixtures only, no tokens, no log, no faults. */
  reset(seed?: number): void
  clock: {
    /** ms since 1970 */
    now(): number
    set(timeMs: number): void
    advance(byMs: number): void
  }
  /** One result for each op. Throws when the actor is unknown. */
  act(act: Act): readonly ActResult[]
  /** Records of an object with all their fields, deleted ones included; `where` is a SOQL filter. */
  records(object: string, where?: string): readonly StoredRecord[]
  history(id: string): readonly RecordVersion[]
  /** Requests with a number above `since`. */
  log(since?: number): readonly LogEntry[]
  stats(since?: number): LogStats
  faults: {
    /** Returns the rule's id. */
    add(rule: FaultInput): string
    list(): readonly FaultRule[]
    remove(id?: string): void
  }
}

export function createAdmin(holder: OrgHolder): Admin {
  const saved = <T>(run: () => T): T => {
    const result = run()
    holder.save()
    return result
  }
  return {
    reset: (seed) => holder.reset(seed),
    clock: {
      now: () => holder.org.clock.nowMs(),
      set: (timeMs) => saved(() => moveClock(holder.org, timeMs)),
      advance: (byMs) => saved(() => moveClock(holder.org, holder.org.clock.nowMs() + byMs)),
    },
    act: (act) => saved(() => runAct(holder.org, act)),
    records: (object, where) => listRecords(holder.org, object, where),
    history: (id) => holder.org.store.history(id),
    log: (since = 0) => holder.org.log.since(since),
    stats: (since = 0) => summarizeLog(holder.org.log.since(since)),
    faults: {
      add: (rule) => holder.org.faults.add(faultRuleSchema.parse(rule)),
      list: () => holder.org.faults.list(),
      remove: (id) => holder.org.faults.remove(id),
    },
  }
}

function listRecords(org: Org, objectName: string, where: string | undefined): readonly StoredRecord[] {
  const object = org.schema.object(objectName)
  if (!object) throw new AdminError(`there is no object ${objectName}`)
  if (where === undefined) return [...org.store.all(object.name)]
  const text = `SELECT Id FROM ${object.name} WHERE ${where}`
  return selectRecords({ org, access: FULL_ACCESS, text }, object, {
    query: parseQuery(text),
    includeDeleted: true,
  })
}
