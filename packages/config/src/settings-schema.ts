import { settingsSchema } from '@leadline/contract'
import { z } from 'zod'
import { valueAt, type SettingPath } from './setting-path.ts'

/** The parts of a JSON Schema node that our messages need. */
const schemaNode = z.looseObject({
  type: z.string().optional(),
  description: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minItems: z.number().optional(),
  pattern: z.string().optional(),
  format: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
  propertyNames: z.unknown().optional(),
  items: z.unknown().optional(),
  oneOf: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
})
export type SchemaNode = z.output<typeof schemaNode>

/** JSON Schema (draft 2020-12) of `leadline.yaml`, as an editor reads it: references are not resolved yet. */
export function buildSettingsJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(settingsSchema, { io: 'input', override: allowReference })
  return { title: 'leadline.yaml', ...schema }
}

const REFERENCE_SCHEMA = { type: 'string', pattern: String.raw`^\$\{[A-Za-z_]\w*\}$` } as const

function allowReference({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const { type, minimum, maximum } = jsonSchema
  if (type !== 'integer' && type !== 'number' && type !== 'boolean') return
  delete jsonSchema.type
  delete jsonSchema.minimum
  delete jsonSchema.maximum
  const bounds = {
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  }
  jsonSchema.anyOf = [{ type, ...bounds }, REFERENCE_SCHEMA]
}

/** The schema of what lies at a path of this document; where kinds differ, that of the kind that the document shows. */
export const findSchemaNode = (document: unknown, path: SettingPath): SchemaNode | undefined =>
  pickKind(findNode(document, path), valueAt(document, path))

/** The same with all of its kinds. */
export function findNode(document: unknown, path: SettingPath): SchemaNode | undefined {
  let node = toNode(z.toJSONSchema(settingsSchema, { io: 'input' }))
  path.forEach((key, index) => {
    const picked = pickKind(node, valueAt(document, path.slice(0, index)))
    node = toNode(typeof key === 'number' ? picked?.items : memberOf(picked, String(key)))
  })
  return node
}

const memberOf = (node: SchemaNode | undefined, name: string): unknown =>
  node?.properties?.[name] ?? node?.additionalProperties

/** What the keys of a free map must be. */
export const toKeyNode = (node: SchemaNode | undefined): SchemaNode | undefined => toNode(node?.propertyNames)

const toNode = (value: unknown): SchemaNode | undefined => schemaNode.safeParse(value).data

/** The kinds of a node that has several. */
export const toKinds = (node: SchemaNode | undefined): readonly (SchemaNode | undefined)[] =>
  (node?.oneOf ?? node?.anyOf ?? []).map(toNode)

/** The kind that a value shows by its keys, or where all kinds are told apart by one key, by what stands there. */
function pickKind(node: SchemaNode | undefined, value: unknown): SchemaNode | undefined {
  const kinds = toKinds(node)
  const sign = findSign(kinds)
  if (sign === undefined) return kinds[findKind(kinds, value)] ?? node
  const signs = kinds.map((kind) => toNode(kind?.properties?.[sign])?.const)
  const index = signs.indexOf(valueAt(value, [sign]))
  return kinds[index] ?? { ...node, properties: { [sign]: { enum: signs } } }
}

/** The key that has another constant in each kind. */
const findSign = (kinds: readonly (SchemaNode | undefined)[]): string | undefined =>
  Object.keys(kinds[0]?.properties ?? {}).find((key) =>
    kinds.every((kind) => toNode(kind?.properties?.[key])?.const !== undefined),
  )

/** Which kind has most of the value's keys, and of those the one that misses least; -1 when none has any. */
export function findKind(kinds: readonly (SchemaNode | undefined)[], value: unknown): number {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
  const fits = kinds.map((kind) => {
    const known = keys.filter((key) => key in (kind?.properties ?? {})).length
    const missing = (kind?.required ?? []).filter((key) => !keys.includes(key)).length
    return known === 0 ? 0 : known + 1 / (2 + missing)
  })
  const best = Math.max(0, ...fits)
  return best === 0 ? -1 : fits.indexOf(best)
}
