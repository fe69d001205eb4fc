import { z } from 'zod'
import { createAccess } from '../access/access.ts'
import { convertLead } from '../dml/convert-lead.ts'
import { deleteRecord, undeleteRecord } from '../dml/delete-record.ts'
import { dmlError, refuse, type Dml, type DmlError, type DmlResult } from '../dml/dml-result.ts'
import { createRecord, updateRecord } from '../dml/save-record.ts'
import { defaultUser, findUser } from '../oauth/users.ts'
import { AdminError } from './admin-error.ts'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'

const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

const op = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('create'), object: z.string(), values }),
  z.strictObject({ op: z.literal('update'), id: z.string(), values }),
  z.strictObject({ op: z.literal('delete'), id: z.string() }),
  z.strictObject({ op: z.literal('undelete'), id: z.string() }),
  /** Gives a record to a user or a queue. */
  z.strictObject({ op: z.literal('transfer'), id: z.string(), ownerId: z.string() }),
  z.strictObject({
    op: z.literal('convert'),
    leadId: z.string(),
    accountId: z.string().optional(),
    contactId: z.string().optional(),
    opportunityName: z.string().optional(),
    ownerId: z.string().optional(),
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
export type ActOp = z.infer<typeof op>

export type ActResult =
  | { readonly ok: true; readonly ids: Readonly<Record<string, string | null>> }
  | { readonly ok: false; readonly error: DmlError }

/** A person or robot in the org does these things one after the other, through every rule. */
export function runAct(org: Org, act: Act): readonly ActResult[] {
  const { as, via, client, ops } = actSchema.parse(act)
  const user = as === undefined ? defaultUser(org) : findUser(org, as)
  if (!user) throw new AdminError(`there is no user ${as}: name one by id or user name`)
  const dml: Dml = { org, actor: { userId: user.id, via, client, access: createAccess(org, user.id) } }
  return ops.map((op) => runOp(dml, op))
}

function runOp(dml: Dml, op: ActOp): ActResult {
  if (op.op === 'convert') return runConversion(dml, op)
  if (op.op === 'create') {
    return withObject(dml.org.schema.object(op.object), (object) => createRecord(dml, object, op.values))
  }
  return withObject(dml.org.schema.objectByPrefix(op.id.slice(0, 3)), (object) =>
    runOnRecord(dml, object, op),
  )
}

function runOnRecord(
  dml: Dml,
  object: ObjectDefinition,
  op: Exclude<ActOp, { op: 'convert' | 'create' }>,
): DmlResult {
  const { id } = op
  if (op.op === 'update') return updateRecord(dml, object, { id, body: op.values })
  if (op.op === 'transfer') return updateRecord(dml, object, { id, body: { OwnerId: op.ownerId } })
  return op.op === 'delete' ? deleteRecord(dml, object, id) : undeleteRecord(dml, object, id)
}

function runConversion(dml: Dml, op: Extract<ActOp, { op: 'convert' }>): ActResult {
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
