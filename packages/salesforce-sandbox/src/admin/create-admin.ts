import { FULL_ACCESS } from '../access/access.ts'
import { releaseJobs } from '../bulk/advance-bulk.ts'
import { controlFeed } from '../events/feed-controls.ts'
import { toChaosRule } from '../faults/chaos.ts'
import { toPresetRules, type PresetInput } from '../faults/fault-presets.ts'
import { faultRuleSchema } from '../faults/fault-rule.ts'
import { runChecks } from '../judge/run-checks.ts'
import { summarizeLog } from '../log/summarize-log.ts'
import { changeSchema } from '../metadata/change-schema.ts'
import type { AuthSwitches } from '../oauth/auth-switches.ts'
import { familiesOf, revokeFamily } from '../oauth/sessions.ts'
import { findUser } from '../oauth/users.ts'
import type { Settings } from '../options.ts'
import type { Org } from '../org.ts'
import { addLock } from '../rules/record-locks.ts'
import { parseQuery } from '../soql/parse-query.ts'
import { selectRecords } from '../soql/select-records.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import { moveClock } from '../timers/run-timers.ts'
import { AdminError } from './admin-error.ts'
import type { Admin } from './admin-interface.ts'
import {
  addQueue,
  changeField,
  changePermission,
  putRecordType,
  putUser,
  refreshSandbox,
  writeRaw,
} from './change-setup.ts'
import { openLate } from './late-act.ts'
import { rulesOf } from './org-rules.ts'
import { runAct } from './run-act.ts'

export type { Admin, FaultInput } from './admin-interface.ts'

/** What stands behind an org: the server that holds and saves it. */
export interface OrgHolder {
  readonly org: Org
  save(): void
  reset(seed?: number, fixtures?: Settings['fixtures']): void
  snapshot(): string
  restore(id: string): void
}

type Saved = <T>(run: (org: Org) => T) => T

export function createAdmin(holder: OrgHolder): Admin {
  const saved: Saved = (run) => {
    const result = run(holder.org)
    holder.save()
    return result
  }
  return {
    reset: (seed, fixtures) => holder.reset(seed, fixtures),
    snapshot: () => holder.snapshot(),
    restore: (id) => holder.restore(id),
    clock: {
      now: () => holder.org.clock.nowMs(),
      set: (timeMs) => saved((org) => moveClock(org, timeMs)),
      advance: (byMs) => saved((org) => moveClock(org, org.clock.nowMs() + byMs)),
    },
    act: (act) => saved((org) => runAct(org, act)),
    lateCommit: (late) => saved((org) => openLate(org, late)),
    records: (object, where) => listRecords(holder.org, object, where),
    history: (id) => holder.org.store.history(id),
    raw: (raw) => saved((org) => writeRaw(org, raw)),
    log: (since = 0) => holder.org.log.since(since),
    stats: (since = 0) => summarizeLog(holder.org.log.since(since)),
    assert: (checks) => runChecks(holder.org, checks),
    feed: (action) => saved((org) => controlFeed(org, action)),
    ...createSetup(saved, holder),
    ...createFaults(saved, holder),
  }
}

function createSetup(
  saved: Saved,
  holder: OrgHolder,
): Pick<
  Admin,
  | 'rules'
  | 'lock'
  | 'unlock'
  | 'limits'
  | 'expireCursors'
  | 'permissions'
  | 'sharing'
  | 'user'
  | 'queue'
  | 'schema'
  | 'bulk'
  | 'auth'
> {
  return {
    rules: createRules(saved, holder),
    lock: (lock) => saved((org) => addLock(org, lock)),
    unlock: () => saved(({ cells }) => cells.locks.set([])),
    expireCursors: () =>
      saved(({ state }) => {
        for (const key of state.keys('cursor:')) state.delete(key)
      }),
    limits: (change) => saved(({ cells }) => cells.limits.set({ ...cells.limits.get(), ...change })),
    permissions: (change) => saved((org) => changePermission(org, change)),
    sharing: (models) => saved(({ cells }) => cells.sharing.set({ ...cells.sharing.get(), ...models })),
    user: (user) => saved((org) => putUser(org, user)),
    queue: (queue) => saved((org) => addQueue(org, queue)),
    schema: {
      putField: (object, field) => saved((org) => readSource(() => changeField(org, { object, field }))),
      removeField: (object, fullName) =>
        saved((org) => readSource(() => changeField(org, { object, field: { fullName }, isRemoved: true }))),
      putRecordType: (object, recordType) =>
        saved((org) => readSource(() => putRecordType(org, { object, recordType }))),
      load: (dir) => saved((org) => readSource(() => changeSchema(org, () => org.liveSchema.load(dir)))),
    },
    bulk: {
      control: (controls) => saved(({ cells }) => cells.bulk.set({ ...cells.bulk.get(), ...controls })),
      release: () =>
        saved((org) => {
          org.cells.bulk.set({ ...org.cells.bulk.get(), hold: null })
          releaseJobs(org)
        }),
    },
    auth: createAuth(saved),
  }
}

/** Source that cannot be read is the caller's: it says what is wrong with it, and changes nothing. */
function readSource(change: () => void): void {
  try {
    change()
  } catch (error) {
    throw new AdminError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function createRules(saved: Saved, holder: OrgHolder): Admin['rules'] {
  const add = (kind: string) => (rule: unknown) => saved((org) => rulesOf(org, kind).add(rule))
  return {
    duplicate: add('duplicate'),
    validation: add('validation'),
    assignment: add('assignment'),
    automation: add('automation'),
    add: (kind, rule) => add(kind)(rule),
    list: (kind) => rulesOf(holder.org, kind).list(),
    remove: (kind, name) => saved((org) => rulesOf(org, kind).remove(name)),
  }
}

function createAuth(saved: Saved): Admin['auth'] {
  const change = (edit: (auth: AuthSwitches) => AuthSwitches): void =>
    saved(({ cells }) => cells.auth.set(edit(cells.auth.get())))
  return {
    expire: (token) =>
      saved(({ state }) => {
        for (const key of state.keys('access:'))
          if (key === `access:${token ?? key.slice(7)}`) state.delete(key)
      }),
    revoke: (userId, clientId) =>
      saved((org) => {
        for (const family of familiesOf(org, userId, clientId)) revokeFamily(org, family)
      }),
    switch: (given) => change((auth) => ({ ...auth, ...given })),
    deny: () => change((auth) => ({ ...auth, denials: auth.denials + 1 })),
    block: (clientId) => change((auth) => ({ ...auth, blocked: [...auth.blocked, clientId] })),
    demand: (user) =>
      saved((org) => {
        const found = findUser(org, user)
        if (!found) throw new AdminError(`there is no user ${user}`)
        const auth = org.cells.auth.get()
        org.cells.auth.set({ ...auth, highAssurance: [...auth.highAssurance, found.id] })
      }),
    refreshSandbox: () => saved(refreshSandbox),
  }
}

function addPreset(saved: Saved, preset: PresetInput): readonly string[] {
  return saved((org) => {
    const { name, field } = preset
    if (name === 'maintenance') controlFeed(org, { action: 'disconnectAll' })
    if (name === 'flsHidden') {
      if (field === undefined) throw new AdminError('flsHidden needs a field, such as Lead.Title')
      changePermission(org, { field, read: false, edit: false })
    }
    const rules = toPresetRules(preset, org.clock.nowMs())
    return rules.map((rule) => org.faults.add(faultRuleSchema.parse(rule)))
  })
}

function createFaults(saved: Saved, holder: OrgHolder): Pick<Admin, 'faults'> {
  return {
    faults: {
      add: (rule) => holder.org.faults.add(faultRuleSchema.parse(rule)),
      preset: (preset) => addPreset(saved, preset),
      chaos: (chaos) => holder.org.faults.add(toChaosRule(chaos)),
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
