import { noteSchema } from '../describe/schema-modified.ts'
import type { Org } from '../org.ts'
import { insertSetup, keepRecordTypes, systemActor } from '../store/load-fixtures.ts'
import type { Component } from './component.ts'

/** Changes the schema of a running org; its records follow. Throws when a component cannot be used. */
export function changeSchema(org: Org, change: () => void): void {
  change()
  org.store.adopt(org.schema)
  const known = new Set([...org.store.all('PermissionSet')].map((record) => record.values['Name']))
  for (const set of org.schema.permissionSets) {
    // Assigned to nobody: that is a step of its own.
    if (!known.has(set.name)) insertSetup(org, 'PermissionSet', { Name: set.name, Label: set.label })
  }
  keepRecordTypes(systemActor(org))
  noteSchema(org)
}

export function putComponents(org: Org, components: readonly Component[]): void {
  changeSchema(org, () => org.liveSchema.put(components))
}
