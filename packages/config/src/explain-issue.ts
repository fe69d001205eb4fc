import { shapeOf } from '@leadline/contract'
import type { z } from 'zod'
import { nearestName } from './nearest-name.ts'
import { findSchemaNode, toKeyNode, type SchemaNode } from './settings-schema.ts'
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
  const value = valueAt(document, issue.path)
  const allowed = describeAllowed(node) ?? issue.message
  const meaning = node?.description ? ` (${node.description})` : ''
  const finding =
    value === undefined ? `is missing; needs ${allowed}` : `needs ${allowed}; got ${shapeOf(value)}`
  return [`${formatPath(issue.path)}: ${finding}${meaning}`]
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
  const describe = BY_TYPE[node.type ?? 'object']
  return describe?.(node)
}

const BY_TYPE: Readonly<Record<string, (node: SchemaNode) => string>> = {
  integer: (node) => `a whole number${describeRange(node)}`,
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
  if (format === 'uri') return 'an http or https address'
  if (pattern !== undefined) return `text that matches ${pattern}`
  if (maxLength !== undefined) return `text of ${minLength} to ${maxLength} characters`
  return minLength > 1 ? `text of at least ${minLength} characters` : 'text'
}
