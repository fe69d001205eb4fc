import { z } from 'zod'
import type { DmlError } from '../dml/dml-result.ts'
import { createRecord } from '../dml/save-record.ts'
import { fail, failDml, json, notFound, type Reply } from '../http/reply.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import { findObject, noteResult, readJsonBody, type ApiCall } from './api-call.ts'

const MAX_RECORDS = 200
const MAX_DEPTH = 5

const node = z.looseObject({
  attributes: z.looseObject({ type: z.string(), referenceId: z.string().min(1) }),
})
const nodes = z.object({ records: z.array(node) })
type Node = z.infer<typeof node>

/** What is to be made, parents first. */
interface Planned {
  readonly node: Node
  readonly object: ObjectDefinition
  readonly parent?: { readonly referenceId: string; readonly field: string } | undefined
}

/** POST /composite/tree/X: records with their children, all or none. */
export function createTree(call: ApiCall): Reply {
  const root = findObject(call)
  if (!root) return notFound()
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const parsed = nodes.safeParse(body.value)
  if (!parsed.success) return refuse(z.prettifyError(parsed.error))
  const planned: Planned[] = []
  const problem = plan(call, planned, { object: root, found: parsed.data.records, depth: 1 })
  const ids = planned.map((one) => one.node.attributes.referenceId)
  if (problem !== undefined) return refuse(problem)
  if (new Set(ids).size < ids.length) return refuse('A reference id is used twice.')
  if (ids.length > MAX_RECORDS) return refuse(`A tree has ${MAX_RECORDS} records at most.`)
  return save(call, planned)
}

function refuse(message: string): Reply {
  return fail(400, { code: 'INVALID_INPUT', message })
}

interface Level {
  readonly object: ObjectDefinition
  readonly found: readonly Node[]
  readonly depth: number
  readonly parent?: Planned['parent']
}

/** What is wrong with the tree, if anything is. */
function plan(
  call: ApiCall,
  planned: Planned[],
  { object, found, depth, parent }: Level,
): string | undefined {
  if (depth > MAX_DEPTH) return `A tree has ${MAX_DEPTH} levels at most.`
  for (const node of found) {
    if (node.attributes.type.toLowerCase() !== object.name.toLowerCase())
      return `${node.attributes.type} stands where ${object.name} is expected.`
    planned.push({ node, object, parent })
    const problem = planChildren(call, planned, { object, node, depth })
    if (problem !== undefined) return problem
  }
  return undefined
}

function planChildren(
  call: ApiCall,
  planned: Planned[],
  { object, node, depth }: { readonly object: ObjectDefinition; readonly node: Node; readonly depth: number },
): string | undefined {
  for (const [name, value] of Object.entries(node)) {
    const children = nodes.safeParse(value)
    if (!children.success) continue
    const child = findChild(call, object, name)
    if (!child) return `${object.name} has no children ${name}.`
    const parent = { referenceId: node.attributes.referenceId, field: child.field }
    const level = { object: child.object, found: children.data.records, depth: depth + 1, parent }
    const problem = plan(call, planned, level)
    if (problem !== undefined) return problem
  }
  return undefined
}

function findChild(call: ApiCall, parent: ObjectDefinition, relationship: string) {
  const isNamed = (name: string | null): boolean => name?.toLowerCase() === relationship.toLowerCase()
  for (const object of call.org.schema.objects) {
    const field = object.fields.find(
      (field) => field.referenceTo.includes(parent.name) && isNamed(field.childRelationshipName),
    )
    if (field && findObject(call, object.name)) return { object, field: field.name }
  }
  return undefined
}

function save(call: ApiCall, planned: readonly Planned[]): Reply {
  const { store } = call.org
  const savepoint = store.savepoint()
  const made = new Map<string, string>()
  for (const { node, object, parent } of planned) {
    const { attributes, ...rest } = node
    const values = Object.entries(rest).filter(([, value]) => !nodes.safeParse(value).success)
    const link = parent ? { [parent.field]: made.get(parent.referenceId) } : {}
    const result = createRecord(call.dml, object, { ...Object.fromEntries(values), ...link })
    noteResult(call.trace, result)
    if (!result.ok) {
      store.rollbackTo(savepoint)
      return json(400, { hasErrors: true, results: [toFailure(attributes.referenceId, result.error)] })
    }
    made.set(attributes.referenceId, result.id)
  }
  return json(201, {
    hasErrors: false,
    results: [...made].map(([referenceId, id]) => ({ referenceId, id })),
  })
}

function toFailure(referenceId: string, { code, message, fields }: DmlError): object {
  return { referenceId, errors: [{ statusCode: code, message, fields }] }
}
