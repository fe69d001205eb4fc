import type { Settings } from '../options.ts'
import { createSchema } from '../schema/create-schema.ts'
import { extendSchema, readSfdxComponents, toSource } from '../schema/load-sfdx.ts'
import { withStatePicklists } from '../schema/state-picklists.ts'
import { withPersonAccounts, withPersonType } from '../schema/person-accounts.ts'
import type { Schema } from '../schema/schema-model.ts'
import { STANDARD_OBJECTS } from '../schema/standard/standard-objects.ts'
import type { JsonCell } from '../store/json-cell.ts'
import type { KeyValues } from '../store/key-values.ts'
import type { Component } from './component.ts'

interface Parts {
  readonly settings: Settings
  readonly state: KeyValues
  readonly components: JsonCell<readonly Component[]>
}

/** Kinds of leads that an org of some age has. */
const GROWN: readonly Component[] = ['Inbound', 'Partner'].map((name) => ({
  type: 'RecordType',
  fullName: `Lead.${name}`,
  body: { label: `${name} Lead` },
  origin: null,
  isRemoved: false,
}))

/** The org's schema: standard objects, the source folders, and what was changed in the org since. */
export class LiveSchema {
  readonly #parts: Parts
  #source: readonly Component[]
  #schema: Schema

  constructor(parts: Parts) {
    this.#parts = parts
    const { fixtures, schemaDirs } = parts.settings
    this.#source = [...(fixtures === 'small' ? [] : GROWN), ...readSfdxComponents(schemaDirs)]
    this.#schema = this.#build(this.components())
  }

  get current(): Schema {
    return this.#schema
  }

  /** Every component there is, those made in the org over those of the folders. */
  components(): readonly Component[] {
    const all = new Map([...this.#source, ...this.#parts.components.get()].map((one) => [keyOf(one), one]))
    return [...all.values()].filter((component) => !component.isRemoved)
  }

  /** Adds or replaces components. Throws, and changes nothing, when the schema cannot be built with them. */
  put(changed: readonly Component[]): void {
    this.#schema = this.check(changed)
    const made = new Map([...this.#parts.components.get(), ...changed].map((one) => [keyOf(one), one]))
    this.#parts.components.set([...made.values()])
  }

  /** The schema as it would be with these. Throws when it cannot be built. */
  check(changed: readonly Component[]): Schema {
    const known = [...this.#source, ...this.#parts.components.get(), ...changed]
    const all = new Map(known.map((one) => [keyOf(one), one]))
    return this.#build([...all.values()].filter((component) => !component.isRemoved))
  }

  /** Reads one more source folder, as a deployment would. */
  load(dir: string): void {
    this.put(readSfdxComponents([dir]))
  }

  #build(components: readonly Component[]): Schema {
    const { personAccounts, statePicklists } = this.#parts.settings.features
    const given = toSource(components)
    const source = personAccounts ? withPersonType(given) : given
    const plain = extendSchema(STANDARD_OBJECTS, source, (name) => this.#prefixOf(name))
    const objects = statePicklists ? withStatePicklists(plain) : plain
    return createSchema(personAccounts ? withPersonAccounts(objects) : objects, source.permissionSets)
  }

  /** A custom object keeps the prefix it was given first, whatever is added later. */
  #prefixOf(name: string): string {
    const { state } = this.#parts
    const known = state.get(`prefix:${name}`)
    const kind = name.endsWith('__e') ? 'e' : 'a'
    const prefix = known ?? `${kind}${(state.next('counter:prefix') - 1).toString(36).padStart(2, '0')}`
    if (known === undefined) state.set(`prefix:${name}`, prefix)
    return prefix
  }
}

export function keyOf({ type, fullName }: Pick<Component, 'type' | 'fullName'>): string {
  return `${type}:${fullName.toLowerCase()}`
}
