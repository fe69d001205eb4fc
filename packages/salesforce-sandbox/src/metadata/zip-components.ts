import { basename } from 'node:path/posix'
import { parseComponentXml } from '../schema/sfdx-xml.ts'
import type { Component } from './component.ts'

/** Metadata type by the folder and ending that a deployment zip has for it. */
const FILE_TYPES: readonly { readonly pattern: RegExp; readonly type: string }[] = [
  { pattern: /(?:^|\/)objects\/[^/]+\.object$/, type: 'CustomObject' },
  { pattern: /(?:^|\/)permissionsets\/[^/]+\.permissionset$/, type: 'PermissionSet' },
  { pattern: /(?:^|\/)layouts\/[^/]+\.layout$/, type: 'Layout' },
]

/** Components of an unzipped package; undefined when it has no package.xml. Throws on XML that cannot be used. */
export function readZipComponents(
  files: Readonly<Record<string, Uint8Array>>,
): readonly Component[] | undefined {
  if (!Object.keys(files).some((name) => /(^|\/)package\.xml$/.test(name))) return undefined
  return Object.entries(files).flatMap(([name, bytes]) => {
    const type = FILE_TYPES.find(({ pattern }) => pattern.test(name))?.type
    return type === undefined ? [] : readFile(type, name, Buffer.from(bytes).toString('utf8'))
  })
}

function readFile(type: string, name: string, text: string): readonly Component[] {
  const fullName = basename(name).replace(/\.\w+$/, '')
  const body = parseComponentXml(text, { type, origin: name })
  const component: Component = { type, fullName, body, origin: name, isRemoved: false }
  if (type !== 'CustomObject') return [component]
  const fields = toFields(fullName, body['fields'])
  // A standard object's file only carries its custom fields.
  return /__(c|e)$/.test(fullName) ? [component, ...fields] : fields
}

/** In a deployment zip an object's file holds its fields. */
function toFields(object: string, given: unknown): readonly Component[] {
  const fields: readonly unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [given]
  return fields.flatMap((field) => {
    if (typeof field !== 'object' || field === null) return []
    const body = Object.fromEntries(Object.entries(field))
    const fullName = `${object}.${String(body['fullName'])}`
    return [{ type: 'CustomField', fullName, body, origin: null, isRemoved: false }]
  })
}
