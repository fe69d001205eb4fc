import { z } from 'zod'
import type { Org } from '../org.ts'
import type { Field } from '../schema/schema-model.ts'
import type { RecordVersion } from '../store/stored-record.ts'

const field = z.string().regex(/^\w+\.\w+$/)

export const checksSchema = z.strictObject({
  /** Log entries above this number; records are judged over their whole history. */
  since: z.number().int().min(0).default(0),
  noDuplicates: z.array(z.strictObject({ object: z.string(), key: z.string() })).optional(),
  /** No API write brings back a value that a person had replaced. */
  noLostUpdates: z.boolean().optional(),
  /** No API write changes a field that a person was the last to change; fields named `Lead.Title` may be. */
  noOverwrites: z.strictObject({ except: z.array(field).default([]) }).optional(),
  noWritesTo: z.array(field).optional(),
  /** No API write empties a field, but for these. */
  noClears: z.strictObject({ except: z.array(field).default([]) }).optional(),
  noOpWrites: z.boolean().optional(),
  callsBelow: z.number().int().optional(),
  noSecretsInUrls: z.boolean().optional(),
  noSoqlInjection: z.boolean().optional(),
})
export type Checks = z.input<typeof checksSchema>
type Known = z.infer<typeof checksSchema>

export interface CheckResult {
  readonly name: string
  readonly ok: boolean
  /** What is wrong, one line each. */
  readonly problems: readonly string[]
}

type Check = (org: Org, checks: Known) => readonly string[] | undefined

/** Judges what a sync did by the org's log and records; only the checks that are asked for. */
export function runChecks(org: Org, given: Checks): readonly CheckResult[] {
  const checks = checksSchema.parse(given)
  return Object.entries(CHECKS).flatMap(([name, check]) => {
    const problems = check(org, checks)
    return problems === undefined ? [] : [{ name, ok: problems.length === 0, problems }]
  })
}

const CHECKS: Readonly<Record<string, Check>> = {
  noDuplicates: (org, { noDuplicates }) => noDuplicates?.flatMap((check) => findDuplicates(org, check)),
  noLostUpdates: (org, { noLostUpdates }) => (noLostUpdates ? judgeEdits(org, isRevert) : undefined),
  noOverwrites: (org, { noOverwrites }) =>
    noOverwrites && judgeEdits(org, (edit) => isOverwrite(edit) && !noOverwrites.except.includes(edit.field)),
  noWritesTo: (org, { noWritesTo }) =>
    noWritesTo && judgeEdits(org, ({ field }) => noWritesTo.includes(field)),
  noClears: (org, { noClears }) =>
    noClears &&
    judgeEdits(
      org,
      ({ field, from, to }) => from !== null && to === null && !noClears.except.includes(field),
    ),
  noOpWrites: (org, { noOpWrites, since }) =>
    noOpWrites
      ? org.log
          .since(since)
          .filter((entry) => entry.noOps > 0)
          .map((entry) => `request ${entry.seq} left ${entry.noOps} records as they were`)
      : undefined,
  callsBelow: (org, { callsBelow, since }) => {
    if (callsBelow === undefined) return undefined
    const calls = org.log.since(since).filter((entry) => entry.counted).length
    return calls < callsBelow ? [] : [`${calls} calls were made`]
  },
  noSecretsInUrls: (org, { noSecretsInUrls, since }) =>
    noSecretsInUrls
      ? org.log
          .since(since)
          .filter(
            (entry) => entry.path.includes('=***') && !entry.path.startsWith('/services/oauth2/authorize'),
          )
          .map((entry) => `request ${entry.seq} has a secret in its URL`)
      : undefined,
  noSoqlInjection: (org, { noSoqlInjection, since }) =>
    noSoqlInjection
      ? org.log
          .since(since)
          .filter((entry) => entry.codes.includes('SOQL_INJECTION'))
          .map((entry) => `request ${entry.seq} runs another query than its template`)
      : undefined,
}

function findDuplicates(org: Org, { object, key }: { object: string; key: string }): readonly string[] {
  const living = [...org.store.all(object)].filter(
    ({ deletedAtMs, values }) => deletedAtMs === null && values['IsConverted'] !== true,
  )
  const groups = Map.groupBy(living, ({ values }) => String(values[key] ?? '').toLowerCase())
  groups.delete('')
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => `${object} ${group.map(({ id }) => id).join(', ')} have the same ${key}`)
}

interface Edit {
  /** `Lead.Title` */
  readonly field: string
  readonly from: unknown
  readonly to: unknown
  /** The field's last change by a person in the org, if none came after it. */
  readonly byPerson: { readonly from: unknown } | undefined
}

const isRevert = ({ byPerson, to }: Edit): boolean => byPerson !== undefined && byPerson.from === to

const isOverwrite = ({ byPerson }: Edit): boolean => byPerson !== undefined

/** Every field that an API client changed, and what makes it wrong. */
function judgeEdits(org: Org, isWrong: (edit: Edit) => boolean): readonly string[] {
  const problems: string[] = []
  for (const object of org.schema.objects) {
    const writable = new Map(object.fields.filter(isWritable).map((field) => [field.name, field]))
    for (const record of org.store.all(object.name)) {
      const wrong = editsOf(org.store.history(record.id), object.name, writable).filter(isWrong)
      problems.push(...wrong.map(({ field }) => `${record.id}: ${field} was written`))
    }
  }
  return problems
}

/** What a new record has although its maker did not say it. */
const isDefault = ({ event, by }: RecordVersion, { name, defaultValue }: Field, to: unknown): boolean =>
  event === 'create' && (to === defaultValue || (name === 'OwnerId' && to === by))

const API_WAYS = new Set(['rest', 'bulk', 'soap'])

/** A Name that follows from others, a closing date: nobody writes these, they come along. */
const isWritable = ({ createable, updateable }: Field): boolean => createable || updateable

function editsOf(
  versions: readonly RecordVersion[],
  object: string,
  writable: ReadonlyMap<string, Field>,
): readonly Edit[] {
  const byPerson = new Map<string, { readonly from: unknown }>()
  return versions.flatMap((version) => {
    const isByApi = API_WAYS.has(version.via)
    return Object.entries(version.changes).flatMap(([name, { from, to }]) => {
      const field = writable.get(name)
      if (field === undefined || isDefault(version, field, to)) return []
      const edit = { field: `${object}.${name}`, from, to, byPerson: byPerson.get(name) }
      if (version.via === 'ui' && version.event === 'update') byPerson.set(name, { from })
      else byPerson.delete(name)
      return isByApi && version.event !== 'delete' ? [edit] : []
    })
  })
}
