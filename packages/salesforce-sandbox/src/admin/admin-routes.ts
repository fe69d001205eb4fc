import { z } from 'zod'
import { permissionSchema, sharingSchema } from '../access/permission-change.ts'
import { bulkControlsSchema } from '../bulk/bulk-controls.ts'
import { feedActionSchema } from '../events/feed-controls.ts'
import { faultRuleSchema } from '../faults/fault-rule.ts'
import { isPresetName } from '../faults/fault-presets.ts'
import { limitChangeSchema } from '../http/limit-change.ts'
import { checksSchema } from '../judge/run-checks.ts'
import { authSwitchesSchema } from '../oauth/auth-switches.ts'
import { FIXTURES } from '../options.ts'
import type { Route } from '../http/router.ts'
import { empty, json, type Reply } from '../http/reply.ts'
import { AdminError } from './admin-error.ts'
import type { Admin } from './admin-interface.ts'
import { fieldSchema, queueSchema, rawSchema, recordTypeSchema, userSchema } from './change-setup.ts'
import { lateActSchema } from './late-act.ts'
import { RULE_KINDS, type RuleKind } from './org-rules.ts'
import { actSchema } from './run-act.ts'

export interface AdminCall {
  readonly admin: Admin
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
}

export type AdminHandler = (call: AdminCall) => Reply

/** A call that does something and says nothing. */
const done =
  <T>(schema: z.ZodType<T>, run: (admin: Admin, given: T, call: AdminCall) => void): AdminHandler =>
  (call) => {
    run(call.admin, schema.parse(call.body), call)
    return empty(204)
  }

/** A call that answers with what it made. */
const made =
  <T>(schema: z.ZodType<T>, run: (admin: Admin, given: T) => unknown): AdminHandler =>
  ({ admin, body }) =>
    json(200, run(admin, schema.parse(body)))

const shown =
  (run: (admin: Admin, call: AdminCall) => unknown): AdminHandler =>
  (call) =>
    json(200, run(call.admin, call))

const resetSchema = z.strictObject({
  seed: z.number().int().optional(),
  fixtures: z.enum(FIXTURES).optional(),
})
const clockSchema = z.strictObject({
  set: z.iso.datetime().optional(),
  advanceMs: z.number().int().optional(),
})
const lockSchema = z.strictObject({
  ids: z.array(z.string()),
  forMs: z.number().int().optional(),
  times: z.number().int().optional(),
  isApproval: z.boolean().optional(),
})
const nothing = z.strictObject({})
const presetSchema = z.strictObject({
  name: z.string().refine(isPresetName),
  forMs: z.number().optional(),
  text: z.string().optional(),
  field: z.string().optional(),
})
const chaosSchema = z.strictObject({
  seed: z.number().int(),
  rates: z.record(z.string(), z.number()),
})
const tokenSchema = z.strictObject({ token: z.string().optional(), all: z.boolean().optional() })
const revokeSchema = z.strictObject({ user: z.string(), client: z.string().optional() })
const bulkSchema = bulkControlsSchema.partial().extend({ release: z.boolean().optional() })
const authSchema = z.strictObject(authSwitchesSchema.partial().shape)

export const ADMIN_ROUTES: readonly Route<AdminHandler>[] = [
  {
    pattern: 'reset',
    methods: { POST: done(resetSchema, (admin, { seed, fixtures }) => admin.reset(seed, fixtures)) },
  },
  { pattern: 'snapshot', methods: { POST: made(nothing, (admin) => ({ id: admin.snapshot() })) } },
  {
    pattern: 'restore',
    methods: { POST: done(z.strictObject({ id: z.string() }), (admin, { id }) => admin.restore(id)) },
  },
  { pattern: 'clock', methods: { GET: shown(showClock), POST: made(clockSchema, moveClock) } },
  { pattern: 'act', methods: { POST: made(actSchema, (admin, act) => admin.act(act)) } },
  {
    pattern: 'tx',
    methods: { POST: made(lateActSchema, (admin, late) => ({ id: admin.lateCommit(late) })) },
  },
  { pattern: 'raw', methods: { POST: made(rawSchema, (admin, raw) => ({ id: admin.raw(raw) })) } },
  {
    pattern: 'records/:object',
    methods: {
      GET: shown((admin, { params, query }) =>
        admin.records(params['object'] ?? '', query.get('where') ?? undefined),
      ),
    },
  },
  {
    pattern: 'records/:object/:id/history',
    methods: { GET: shown((admin, { params }) => admin.history(params['id'] ?? '')) },
  },
  { pattern: 'log', methods: { GET: shown((admin, { query }) => admin.log(sinceOf(query))) } },
  { pattern: 'stats', methods: { GET: shown((admin, { query }) => admin.stats(sinceOf(query))) } },
  { pattern: 'assert', methods: { POST: made(checksSchema, (admin, checks) => admin.assert(checks)) } },
  {
    pattern: 'rules/:kind',
    methods: {
      GET: shown((admin, { params }) => admin.rules.list(kindOf(params))),
      POST: done(z.unknown(), (admin, rule, { params }) => admin.rules.add(kindOf(params), rule)),
      DELETE: done(nothing, (admin, _, { params }) => admin.rules.remove(kindOf(params))),
    },
  },
  {
    pattern: 'rules/:kind/:name',
    methods: {
      DELETE: done(nothing, (admin, _, { params }) => admin.rules.remove(kindOf(params), params['name'])),
    },
  },
  {
    pattern: 'locks',
    methods: {
      POST: done(lockSchema, (admin, lock) => admin.lock(withoutGaps(lock))),
      DELETE: done(nothing, (admin) => admin.unlock()),
    },
  },
  { pattern: 'limits', methods: { POST: done(limitChangeSchema, (admin, change) => admin.limits(change)) } },
  { pattern: 'cursors/expire', methods: { POST: done(nothing, (admin) => admin.expireCursors()) } },
  {
    pattern: 'permissions',
    methods: { POST: done(permissionSchema, (admin, change) => admin.permissions(change)) },
  },
  { pattern: 'sharing', methods: { POST: done(sharingSchema, (admin, models) => admin.sharing(models)) } },
  { pattern: 'users', methods: { POST: made(userSchema, (admin, user) => ({ id: admin.user(user) })) } },
  { pattern: 'queues', methods: { POST: made(queueSchema, (admin, queue) => ({ id: admin.queue(queue) })) } },
  {
    pattern: 'schema/fields',
    methods: {
      POST: done(fieldSchema, (admin, { object, field }) => admin.schema.putField(object, field)),
      DELETE: done(fieldSchema, (admin, { object, field }) =>
        admin.schema.removeField(object, field.fullName),
      ),
    },
  },
  {
    pattern: 'schema/recordTypes',
    methods: {
      POST: done(recordTypeSchema, (admin, { object, recordType }) =>
        admin.schema.putRecordType(object, recordType),
      ),
    },
  },
  {
    pattern: 'schema/load',
    methods: { POST: done(z.strictObject({ dir: z.string() }), (admin, { dir }) => admin.schema.load(dir)) },
  },
  {
    pattern: 'sessions/expire',
    methods: { POST: done(tokenSchema, (admin, { token }) => admin.auth.expire(token)) },
  },
  {
    pattern: 'sessions/revoke',
    methods: { POST: done(revokeSchema, (admin, { user, client }) => admin.auth.revoke(user, client)) },
  },
  {
    pattern: 'sessions/highAssurance',
    methods: {
      POST: done(z.strictObject({ user: z.string() }), (admin, { user }) => admin.auth.demand(user)),
    },
  },
  { pattern: 'oauth/deny', methods: { POST: done(nothing, (admin) => admin.auth.deny()) } },
  {
    pattern: 'oauth/block',
    methods: {
      POST: done(z.strictObject({ client: z.string() }), (admin, { client }) => admin.auth.block(client)),
    },
  },
  {
    pattern: 'auth',
    methods: { POST: done(authSchema, (admin, change) => admin.auth.switch(withoutGaps(change))) },
  },
  {
    pattern: 'org/move',
    methods: {
      POST: done(z.strictObject({ instanceUrl: z.url().nullable() }), (admin, move) =>
        admin.auth.switch(move),
      ),
    },
  },
  {
    pattern: 'org/sandboxRefresh',
    methods: { POST: made(nothing, (admin) => ({ orgId: admin.auth.refreshSandbox() })) },
  },
  { pattern: 'cdc', methods: { POST: done(feedActionSchema, (admin, action) => admin.feed(action)) } },
  { pattern: 'bulk', methods: { POST: done(bulkSchema, controlBulk) } },
  {
    pattern: 'faults',
    methods: {
      GET: shown((admin) => admin.faults.list()),
      POST: ({ admin, body }) => json(201, { id: admin.faults.add(faultRuleSchema.parse(body)) }),
      DELETE: done(nothing, (admin) => admin.faults.remove()),
    },
  },
  {
    pattern: 'faults/preset',
    methods: {
      POST: made(presetSchema, (admin, preset) => ({ ids: admin.faults.preset(withoutGaps(preset)) })),
    },
  },
  {
    pattern: 'faults/chaos',
    methods: { POST: made(chaosSchema, (admin, chaos) => ({ id: admin.faults.chaos(chaos) })) },
  },
  {
    pattern: 'faults/:id',
    methods: { DELETE: done(nothing, (admin, _, { params }) => admin.faults.remove(params['id'])) },
  },
]

type WithoutGaps<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> } & {
  [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key]
}

/** JSON has no undefined; the options behind these calls know no such values either. */
function withoutGaps<T extends object>(given: T): WithoutGaps<T> {
  return JSON.parse(JSON.stringify(given))
}

function showClock(admin: Admin): { now: string } {
  return { now: new Date(admin.clock.now()).toISOString() }
}

function moveClock(admin: Admin, { set, advanceMs }: z.infer<typeof clockSchema>): { now: string } {
  if (set !== undefined) admin.clock.set(Date.parse(set))
  if (advanceMs !== undefined) admin.clock.advance(advanceMs)
  return showClock(admin)
}

function kindOf(params: Readonly<Record<string, string>>): RuleKind {
  const kind = RULE_KINDS.find((known) => known === params['kind'])
  if (kind === undefined) throw new AdminError(`there are no such rules: use one of ${RULE_KINDS.join(', ')}`)
  return kind
}

function controlBulk(admin: Admin, { release, ...controls }: z.infer<typeof bulkSchema>): void {
  admin.bulk.control(withoutGaps(controls))
  if (release === true) admin.bulk.release()
}

function sinceOf(query: URLSearchParams): number {
  return Number(query.get('since') ?? 0) || 0
}
