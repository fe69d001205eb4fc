import { shapeOf } from '@leadline/contract'
import type { z } from 'zod'
import { nearestName } from './nearest-name.ts'
import { findKind, findNode, findSchemaNode, toKeyNode, toKinds, type SchemaNode } from './settings-schema.ts'
import { formatPath, valueAt } from './setting-path.ts'

/** One finding of the schema as lines for a person: which key, the shape of what stands there, what is allowed. */
export function explainIssue(issue: z.core.$ZodIssue, document: unknown): string[] {
  const node = findSchemaNode(document, issue.path)
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(node?.properties ?? {})
    return issue.keys.map((key) => `${formatPath([...issue.path, key])}: ${explainUnknown(key, known)}`)
  }
  if (issue.code === 'invalid_key') {
    const keyNode = toKeyNode(findSchemaNode(document, issue.path.slice(0, -1)))
    return [`${formatPath(issue.path)}: the key must be ${describeAllowed(keyNode) ?? 'another'}`]
  }
  if (issue.code === 'custom') return [`${formatPath(issue.path)}: ${issue.message}`]
  const inKind = issue.code === 'invalid_union' ? explainInKind(issue, document) : []
  return inKind.length > 0 ? inKind : [explainValue(issue, { document, node })]
}

function explainValue(
  { path, message }: z.core.$ZodIssue,
  { document, node }: { readonly document: unknown; readonly node: SchemaNode | undefined },
): string {
  const value = valueAt(document, path)
  const meaning = node?.description ? ` (${node.description})` : ''
  const allowed = describeAllowed(node) ?? message
  const finding =
    value === undefined ? `is missing; needs ${allowed}` : `needs ${allowed}; got ${shapeOf(value)}`
  return `${formatPath(path)}: ${finding}${meaning}`
}

/** What is wrong with a value that fits none of several kinds, by the kind that its keys show. */
function explainInKind(issue: z.core.$ZodIssueInvalidUnion, document: unknown): string[] {
  const kinds = toKinds(findNode(document, issue.path))
  const inner = issue.errors[findKind(kinds, valueAt(document, issue.path))] ?? []
  return inner.flatMap((found) => explainIssue({ ...found, path: [...issue.path, ...found.path] }, document))
}

function explainUnknown(key: string, known: readonly string[]): string {
  const near = nearestName(key, known)
  const list = known.length > 0 ? `; known here: ${known.join(', ')}` : ''
  return near === undefined ? `unknown key${list}` : `unknown key; did you mean ${near}?`
}

/** What a node accepts, in words: `a whole number from 0 to 65535`. */
function describeAllowed(node: SchemaNode | undefined): string | undefined {
  if (!node) return undefined
  const values = node.enum ?? (node.const === undefined ? undefined : [node.const])
  if (values) return `one of ${values.map((value) => String(value)).join(', ')}`
  const kinds = toKinds(node)
  if (kinds.length > 0) return describeKinds(kinds)
  const describe = BY_TYPE[node.type ?? 'object']
  return describe?.(node)
}

/** Kinds of map are told by the key that each must have. */
function describeKinds(kinds: readonly (SchemaNode | undefined)[]): string {
  const keys = kinds.map((kind) => kind?.required?.[0])
  const isMaps = keys.every((key) => key !== undefined)
  if (isMaps && new Set(keys).size === 1) return 'a map'
  const names = isMaps ? keys : kinds.map((kind) => describeAllowed(kind) ?? '')
  const list = [names.slice(0, -1).join(', '), names.at(-1)].join(' or ')
  return isMaps ? `a map with ${list}` : list
}

const BY_TYPE: Readonly<Record<string, (node: SchemaNode) => string>> = {
  integer: (node) => `a whole number${describeRange(node)}`,
  number: (node) => `a number${describeRange(node)}`,
  boolean: () => 'true or false',
  array: ({ minItems }) => (minItems ? `a list of at least ${minItems}` : 'a list'),
  object: () => 'a map',
  string: describeText,
}

// Integers without bounds carry those of a JavaScript number, which say nothing to a reader.
function describeRange({ minimum = -Infinity, maximum = Infinity }: SchemaNode): string {
  const least = minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined
  const most = maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`
  if (least !== undefined) return ` of at least ${least}`
  return most === undefined ? '' : ` of at most ${most}`
}

function describeText({ format, pattern, minLength = 0, maxLength }: SchemaNode): string {
  if (format === 'email') return 'a mail address'
  if (format === 'uri') return 'an http or https address'
  if (pattern !== undefined) return `text that matches ${pattern}`
  if (maxLength !== undefined) return `text of ${minLength} to ${maxLength} characters`
  return minLength > 1 ? `text of at least ${minLength} characters` : 'text'
}
