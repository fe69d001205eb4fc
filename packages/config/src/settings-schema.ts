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

/** The schema of what lies at a path of this document; where kinds differ, that of the document's `kind`. */
export function findSchemaNode(document: unknown, path: SettingPath): SchemaNode | undefined {
  let node = pickKind(toNode(z.toJSONSchema(settingsSchema, { io: 'input' })), document)
  path.forEach((key, index) => {
    const next = typeof key === 'number' ? node?.items : memberOf(node, String(key))
    node = pickKind(toNode(next), valueAt(document, path.slice(0, index + 1)))
  })
  return node
}

const memberOf = (node: SchemaNode | undefined, name: string): unknown =>
  node?.properties?.[name] ?? node?.additionalProperties

/** What the keys of a free map must be. */
export const toKeyNode = (node: SchemaNode | undefined): SchemaNode | undefined => toNode(node?.propertyNames)

const toNode = (value: unknown): SchemaNode | undefined => schemaNode.safeParse(value).data

function pickKind(node: SchemaNode | undefined, value: unknown): SchemaNode | undefined {
  const branches = (node?.oneOf ?? node?.anyOf ?? []).map(toNode)
  if (branches.length === 0) return node
  const kind = valueAt(value, ['kind'])
  return (
    branches.find((branch) => kindOf(branch) === kind) ?? { ...node, properties: { kind: kinds(branches) } }
  )
}

const kindOf = (branch: SchemaNode | undefined): unknown => toNode(branch?.properties?.['kind'])?.const
const kinds = (branches: readonly (SchemaNode | undefined)[]) => ({ enum: branches.map(kindOf) })
