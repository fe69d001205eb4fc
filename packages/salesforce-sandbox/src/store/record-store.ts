import type { Field, Schema } from '../schema/schema-model.ts'
import { createFieldIndex, type FieldIndex } from './field-index.ts'
import type { FieldValue, RecordVersion, StoredRecord } from './stored-record.ts'

interface Change {
  readonly before: StoredRecord | undefined
  readonly after: StoredRecord
  readonly version: RecordVersion
}

/** All records in memory with their history, and the changes that await the journal. */
export class RecordStore {
  readonly #byObject: Map<string, Map<string, StoredRecord>>
  readonly #versions = new Map<string, RecordVersion[]>()
  readonly #index: FieldIndex
  #changes: Change[] = []

  constructor(schema: Schema) {
    this.#byObject = new Map(schema.objects.map((object) => [object.name, new Map()]))
    this.#index = createFieldIndex(schema)
  }

  /** The record, deleted or not. */
  get(object: string, id: string): StoredRecord | undefined {
    return this.#byObject.get(object)?.get(id)
  }

  /** All records of an object, deleted ones included, in order of creation. */
  all(object: string): Iterable<StoredRecord> {
    return this.#byObject.get(object)?.values() ?? []
  }

  count(): number {
    return [...this.#byObject.values()].reduce((total, records) => total + records.size, 0)
  }

  /** Records with this value, deleted ones included; undefined when the field is not indexed. */
  findBy(object: string, field: Field, value: FieldValue): readonly StoredRecord[] | undefined {
    const ids = this.#index.find(object, field, value)
    return ids && [...ids].flatMap((id) => this.get(object, id) ?? [])
  }

  history(id: string): readonly RecordVersion[] {
    return this.#versions.get(id) ?? []
  }

  /** Stores a record's next version. */
  put(record: StoredRecord, version: RecordVersion): void {
    this.#changes.push({ before: this.get(record.object, record.id), after: record, version })
    this.#replace(record)
    this.#remember(version)
  }

  /** A mark to roll back to within this request. */
  savepoint(): number {
    return this.#changes.length
  }

  rollbackTo(savepoint: number): void {
    for (const { before, after } of this.#changes.splice(savepoint).toReversed()) {
      this.#versions.get(after.id)?.pop()
      if (before) this.#replace(before)
      else this.#remove(after)
    }
  }

  /** What has changed since the last `settle`; a record changed twice appears twice, in order. */
  pending(): { records: StoredRecord[]; versions: RecordVersion[] } {
    return {
      records: this.#changes.map((change) => change.after),
      versions: this.#changes.map((change) => change.version),
    }
  }

  /** The journal has it all. */
  settle(): void {
    this.#changes = []
  }

  /** Takes over what the journal kept. */
  restore(records: Iterable<StoredRecord>, versions: Iterable<RecordVersion>): void {
    for (const record of records) this.#replace(record)
    for (const version of versions) this.#remember(version)
  }

  #remember(version: RecordVersion): void {
    const known = this.#versions.get(version.id)
    if (known) known.push(version)
    else this.#versions.set(version.id, [version])
  }

  #replace(record: StoredRecord): void {
    const records = this.#byObject.get(record.object)
    // An object whose source files are gone keeps its rows in the journal, out of sight.
    if (!records) return
    const before = records.get(record.id)
    if (before) this.#index.remove(before)
    records.set(record.id, record)
    this.#index.add(record)
  }

  #remove(record: StoredRecord): void {
    this.#index.remove(record)
    this.#byObject.get(record.object)?.delete(record.id)
  }
}
