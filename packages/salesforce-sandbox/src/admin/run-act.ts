import { z } from 'zod'
import { createAccess } from '../access/access.ts'
import { convertLead } from '../dml/convert-lead.ts'
import { deleteRecord, hardDeleteRecord, purgeRecord, undeleteRecord } from '../dml/delete-record.ts'
import { dmlError, refuse, type Dml, type DmlError, type DmlResult } from '../dml/dml-result.ts'
import { mergeRecords } from '../dml/merge-records.ts'
import { createRecord, updateRecord } from '../dml/save-record.ts'
import { upsertRecord } from '../dml/upsert-record.ts'
import { defaultUser, findUser } from '../oauth/users.ts'
import { AdminError } from './admin-error.ts'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'

const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

const op = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('create'), object: z.string(), values }),
  z.strictObject({ op: z.literal('update'), id: z.string(), values }),
  z.strictObject({ op: z.literal('upsert'), object: z.string(), key: z.string(), value: z.string(), values }),
  z.strictObject({ op: z.literal('delete'), id: z.string() }),
  z.strictObject({ op: z.literal('undelete'), id: z.string() }),
  /** Deletes for good, past the recycle bin. */
  z.strictObject({ op: z.literal('hardDelete'), id: z.string() }),
  /** Empties the recycle bin of one record. */
  z.strictObject({ op: z.literal('purge'), id: z.string() }),
  /** Gives a record to a user or a queue. */
  z.strictObject({ op: z.literal('transfer'), id: z.string(), ownerId: z.string() }),
  z.strictObject({
    op: z.literal('merge'),
    winnerId: z.string(),
    loserIds: z.array(z.string()),
    values: values.default({}),
  }),
  z.strictObject({
    op: z.literal('convert'),
    leadId: z.string(),
    accountId: z.string().optional(),
    contactId: z.string().optional(),
    opportunityName: z.string().optional(),
    ownerId: z.string().optional(),
    convertedStatus: z.string().optional(),
  }),
])

export const actSchema = z.strictObject({
  /** Id or user name; the administrator when not given. */
  as: z.string().optional(),
  via: z.enum(['ui', 'flow', 'api', 'bulk']).default('ui'),
  /** As in Sforce-Call-Options. */
  client: z.string().nullable().default(null),
  ops: z.array(op),
})

export type Act = z.input<typeof actSchema>
export type ActOp = z.input<typeof op>
type KnownOp = z.infer<typeof op>

export type ActResult =
  | { readonly ok: true; readonly ids: Readonly<Record<string, string | null>> }
  | { readonly ok: false; readonly error: DmlError }

/** A person or robot in the org does these things one after the other, through every rule. */
export function runAct(org: Org, act: Act, stampMs?: number): readonly ActResult[] {
  const { as, via, client, ops } = actSchema.parse(act)
  const user = as === undefined ? defaultUser(org) : findUser(org, as)
  if (!user) throw new AdminError(`there is no user ${as}: name one by id or user name`)
  const actor = { userId: user.id, via, client, access: createAccess(org, user.id) }
  const dml: Dml = { org, actor, ...(stampMs === undefined ? {} : { stampMs }) }
  return ops.map((op) => {
    if (stampMs === undefined) org.store.startTransaction()
    return runOp(dml, op)
  })
}

type OpRunner<Op> = (dml: Dml, op: Op) => ActResult
type Runners = { readonly [Name in KnownOp['op']]: OpRunner<Extract<KnownOp, { op: Name }>> }

const RUNNERS: Runners = {
  create: (dml, op) =>
    withObject(dml.org.schema.object(op.object), (object) => createRecord(dml, object, op.values)),
  upsert: (dml, op) => withObject(dml.org.schema.object(op.object), (object) => runUpsert(dml, object, op)),
  update: onRecord((dml, object, op) => updateRecord(dml, object, { id: op.id, body: op.values })),
  transfer: onRecord((dml, object, op) =>
    updateRecord(dml, object, { id: op.id, body: { OwnerId: op.ownerId } }),
  ),
  delete: onRecord((dml, object, op) => deleteRecord(dml, object, op.id)),
  undelete: onRecord((dml, object, op) => undeleteRecord(dml, object, op.id)),
  hardDelete: onRecord((dml, object, op) => hardDeleteRecord(dml, object, op.id)),
  purge: onRecord((dml, object, op) => {
    purgeRecord(dml, object, op.id)
    return { ok: true, id: op.id, created: false, changed: true }
  }),
  merge: (dml, op) => withObject(byId(dml, op.winnerId), (object) => mergeRecords(dml, object, op)),
  convert: runConversion,
}

function runOp<Name extends KnownOp['op']>(dml: Dml, op: Extract<KnownOp, { op: Name }>): ActResult {
  const run: OpRunner<Extract<KnownOp, { op: Name }>> = RUNNERS[op.op]
  return run(dml, op)
}

function onRecord<Op extends { readonly id: string }>(
  run: (dml: Dml, object: ObjectDefinition, op: Op) => DmlResult,
): OpRunner<Op> {
  return (dml, op) => withObject(byId(dml, op.id), (object) => run(dml, object, op))
}

function byId(dml: Dml, id: string): ObjectDefinition | undefined {
  return dml.org.schema.objectByPrefix(id.slice(0, 3))
}

function runUpsert(dml: Dml, object: ObjectDefinition, op: Extract<KnownOp, { op: 'upsert' }>): DmlResult {
  const key = dml.org.schema.field(object, op.key)
  if (!key) return refuse(dmlError('INVALID_FIELD', `there is no field ${op.key}`))
  return upsertRecord(dml, { object, key, value: op.value, body: op.values })
}

function runConversion(dml: Dml, op: Extract<KnownOp, { op: 'convert' }>): ActResult {
  const result = convertLead(dml, op)
  if (!result.ok) return result
  const { leadId, accountId, contactId, opportunityId } = result
  return { ok: true, ids: { leadId, accountId, contactId, opportunityId } }
}

function withObject(
  object: ObjectDefinition | undefined,
  run: (object: ObjectDefinition) => DmlResult,
): ActResult {
  if (!object) return refuse(dmlError('INVALID_TYPE', 'no object of this org is meant: check the name or id'))
  const result = run(object)
  return result.ok ? { ok: true, ids: { id: result.id } } : refuse(result.error)
}
