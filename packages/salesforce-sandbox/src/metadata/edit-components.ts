import type { Org } from '../org.ts'
import type { Component } from './component.ts'
import { putComponents } from './change-schema.ts'
import { ACTIVITIES } from '../schema/load-sfdx.ts'
import { keyOf } from './live-schema.ts'

export interface EditError {
  readonly statusCode: string
  readonly message: string
}

/** `undefined` when it is done. */
export type EditResult = EditError | undefined

export const METADATA_TYPES = [
  'CustomField',
  'CustomObject',
  'RecordType',
  'PermissionSet',
  'Layout',
] as const

export function findComponent(org: Org, type: string, fullName: string): Component | undefined {
  const key = keyOf({ type, fullName })
  return org.liveSchema.components().find((component) => keyOf(component) === key)
}

/** Makes a component that is not there yet. */
export function createComponent(org: Org, component: Component): EditResult {
  const { type, fullName } = component
  const [object = '', name = ''] = type === 'CustomField' ? fullName.split('.') : ['', fullName]
  if (findComponent(org, type, fullName)) {
    const message =
      type === 'CustomField'
        ? `There is already a field named ${name.replace(/__c$/, '')} on ${object}.`
        : `The ${type} named ${fullName} is already used.`
    return { statusCode: type === 'PermissionSet' ? 'DUPLICATE_VALUE' : 'DUPLICATE_DEVELOPER_NAME', message }
  }
  return putComponent(org, component)
}

/** Changes one that is there; what is not given stays. */
export function updateComponent(org: Org, component: Component): EditResult {
  const known = findComponent(org, component.type, component.fullName)
  if (!known) return notFound(component)
  return putComponent(org, { ...known, body: mergeBodies(known.body, component.body), origin: null })
}

export function removeComponent(org: Org, wanted: Pick<Component, 'type' | 'fullName'>): EditResult {
  const known = findComponent(org, wanted.type, wanted.fullName)
  if (!known) return notFound(wanted)
  return putComponent(org, { ...known, origin: null, isRemoved: true })
}

/** Makes or replaces it, as a deployment does. */
export function putComponent(org: Org, component: Component): EditResult {
  const problem = findProblem(org, component)
  if (problem) return problem
  try {
    putComponents(org, [component])
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { statusCode: 'INVALID_FIELD_OR_REFERENCE', message: error.message }
  }
}

function notFound({ type, fullName }: Pick<Component, 'type' | 'fullName'>): EditError {
  return { statusCode: 'INVALID_CROSS_REFERENCE_KEY', message: `In ${type}: no ${fullName} found` }
}

/** A field needs its object, a permission set fields and objects that are there. */
export function findProblem(org: Org, component: Component): EditResult {
  const { type, fullName, isRemoved } = component
  if (isRemoved) return undefined
  if (!METADATA_TYPES.some((known) => known === type)) {
    return { statusCode: 'INVALID_TYPE', message: `This type of metadata is not available: ${type}` }
  }
  if (type !== 'CustomField' && type !== 'RecordType') return undefined
  const [object = '', name = ''] = fullName.split('.')
  if (!mayHaveFields(org, object)) {
    return {
      statusCode: 'INVALID_FIELD_OR_REFERENCE',
      message: `Entity Enumeration Or ID: bad value ${object}`,
    }
  }
  if (type === 'RecordType' || /^[A-Za-z]\w*__c$/.test(name)) return undefined
  return { statusCode: 'INVALID_FIELD', message: `Field name must end in __c: ${name}` }
}

/** Custom fields of Task and Event are those of Activity. */
export const mayHaveFields = (org: Org, object: string): boolean =>
  object === 'Activity' || (!ACTIVITIES.has(object) && org.schema.object(object) !== undefined)

const LISTS: Readonly<Record<string, string>> = { fieldPermissions: 'field', objectPermissions: 'object' }

/** Grants add up by what they are about; everything else is replaced. */
function mergeBodies(before: Component['body'], after: Component['body']): Component['body'] {
  const merged: Record<string, unknown> = { ...before, ...after }
  for (const [list, key] of Object.entries(LISTS)) {
    if (before[list] === undefined || after[list] === undefined) continue
    const grants = [...toArray(before[list]), ...toArray(after[list])]
    merged[list] = [...new Map(grants.map((grant) => [readKey(grant, key), grant])).values()]
  }
  return merged
}

function toArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

function readKey(grant: unknown, key: string): unknown {
  return typeof grant === 'object' && grant !== null
    ? Object.entries(grant).find(([name]) => name === key)?.[1]
    : undefined
}
