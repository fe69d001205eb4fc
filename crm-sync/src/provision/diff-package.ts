import type { OrgField, OrgView } from './inspect-org.ts'
import type { PackagedField, SourcePackage } from './source-package.ts'

/** Sets that the connected user needs: those that let something be edited. */
export const neededSets = ({ editable }: SourcePackage): readonly string[] =>
  [...editable].filter(([, fields]) => fields.size > 0).map(([name]) => name)

export interface Difference {
  /** `Lead.Leadline_Id__c`, `Leadline_Activity__c`, or a permission set. */
  readonly component: string
  /** `missing`: not there, or hidden from the connected user. */
  readonly kind: 'missing' | 'different' | 'read_only' | 'unassigned'
  readonly detail: string
}

const TYPES: Readonly<Record<string, string>> = {
  Checkbox: 'boolean',
  DateTime: 'datetime',
  LongTextArea: 'textarea',
  Lookup: 'reference',
  Number: 'double',
  Text: 'string',
  TextArea: 'textarea',
  Url: 'url',
}

/** What the package has and the org lacks, as far as the connected user can see. */
export function diffPackage(source: SourcePackage, org: OrgView): readonly Difference[] {
  const objects = source.objects
    .filter((object) => !org.objects.has(object))
    .map((object) => missing(object, 'the object is not there, or hidden'))
  const fields = source.fields.flatMap((field) => diffField(field, org))
  const needed = new Set(neededSets(source))
  const sets = [...source.editable.keys()].flatMap((name) => diffSet(name, needed.has(name), org))
  return [...objects, ...fields, ...sets]
}

const missing = (component: string, detail: string): Difference => ({ component, kind: 'missing', detail })

function diffField(field: PackagedField, org: OrgView): Difference[] {
  const component = `${field.object}.${field.name}`
  const there = org.objects.get(field.object)?.fields.get(field.name)
  if (!there) return [missing(component, 'the field is not there, or hidden from the connected user')]
  const wrong = findFaults(field, there)
  if (wrong.length > 0) return [{ component, kind: 'different', detail: wrong.join(', ') }]
  return there.isUpdateable
    ? []
    : [{ component, kind: 'read_only', detail: 'the connected user may read it and not edit it' }]
}

function findFaults(field: PackagedField, there: OrgField): string[] {
  const type = TYPES[field.type] ?? field.type.toLowerCase()
  const isShort = field.length !== undefined && there.length < field.length
  return [
    ...(there.type === type ? [] : [`type ${there.type} instead of ${type}`]),
    ...(isShort ? [`length ${there.length} instead of ${field.length}`] : []),
    ...(field.isExternalId && !there.isExternalId ? ['no external id'] : []),
    ...(field.isUnique && !there.isUnique ? ['not unique'] : []),
  ]
}

function diffSet(name: string, isNeeded: boolean, org: OrgView): Difference[] {
  const set = org.permissionSets.get(name)
  if (!set) return [missing(`PermissionSet ${name}`, 'the permission set is not there')]
  if (!isNeeded || set.isAssigned) return []
  return [
    { component: `PermissionSet ${name}`, kind: 'unassigned', detail: 'the connected user does not have it' },
  ]
}
