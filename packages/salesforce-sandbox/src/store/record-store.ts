import type { Field, Schema } from '../schema/schema-model.ts'
import { createFieldIndex, type FieldIndex } from './field-index.ts'
import type { FieldValue, RecordVersion, StoredRecord } from './stored-record.ts'

export interface Change {
  readonly before: StoredRecord | undefined
  readonly after: StoredRecord
  readonly version: RecordVersion
  /** Changes with the same number commit together. */
  readonly transaction: number
}

/** All records as they were at one time; records never change, so this costs little. */
export interface StoreSnapshot {
  readonly records: readonly StoredRecord[]
  readonly versions: ReadonlyMap<string, readonly RecordVersion[]>
}

/** All records in memory with their history, and the changes that await the journal. */
export class RecordStore {
  readonly #byObject = new Map<string, Map<string, StoredRecord>>()
  /** Records of objects that the schema does not have now: kept, out of sight. */
  readonly #homeless = new Map<string, StoredRecord>()
  readonly #purged = new Map<string, StoredRecord>()
  readonly #bin = new Map<string, StoredRecord>()
  readonly #versions = new Map<string, RecordVersion[]>()
  #index: FieldIndex
  #changes: Change[] = []
  #transaction = 0
  #count = 0

  constructor(schema: Schema) {
    for (const object of schema.objects) this.#byObject.set(object.name, new Map())
    this.#index = createFieldIndex(schema)
  }

  /** Takes on another schema: new objects and keys are there, records of removed objects are out of sight. */
  adopt(schema: Schema): void {
    const records = [
      ...[...this.#byObject.values()].flatMap((all) => [...all.values()]),
      ...this.#homeless.values(),
    ]
    this.#byObject.clear()
    this.#homeless.clear()
    this.#bin.clear()
    this.#count = 0
    for (const object of schema.objects) this.#byObject.set(object.name, new Map())
    this.#index = createFieldIndex(schema)
    for (const record of records) this.#replace(record)
  }

  /** The record, deleted or not. */
  get(object: string, id: string): StoredRecord | undefined {
    return this.#byObject.get(object)?.get(id)
  }

  /** All records of an object, deleted ones included, in order of creation. */
  all(object: string): Iterable<StoredRecord> {
    return this.#byObject.get(object)?.values() ?? []
  }

  /** Records that have left the recycle bin. */
  purged(object: string): readonly StoredRecord[] {
    return [...this.#purged.values()].filter((record) => record.object === object)
  }

  /** Deleted records that can still come back. */
  binned(): Iterable<StoredRecord> {
    return this.#bin.values()
  }

  count(): number {
    return this.#count
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
    const before = this.get(record.object, record.id)
    this.#changes.push({ before, after: record, version, transaction: this.#transaction })
    this.#replace(record)
    this.#remember(version)
  }

  /** What is put from here on commits apart from what was put before. */
  startTransaction(): void {
    this.#transaction += 1
  }

  /** A mark to roll back to within this request. */
  savepoint(): number {
    return this.#changes.length
  }

  rollbackTo(savepoint: number): void {
    for (const { before, after } of this.#changes.splice(savepoint).toReversed()) {
      this.#versions.get(after.id)?.pop()
      this.#remove(after)
      if (before) this.#replace(before)
    }
  }

  /** What has changed since the last `settle`, in order. */
  changes(): readonly Change[] {
    return this.#changes
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

  snapshot(): StoreSnapshot {
    const live = [...this.#byObject.values()].flatMap((all) => [...all.values()])
    const versions = [...this.#versions].map(([id, known]) => [id, [...known]] as const)
    return {
      records: [...live, ...this.#purged.values(), ...this.#homeless.values()],
      versions: new Map(versions),
    }
  }

  #remember(version: RecordVersion): void {
    const known = this.#versions.get(version.id)
    if (known) known.push(version)
    else this.#versions.set(version.id, [version])
  }

  #replace(record: StoredRecord): void {
    if (record.isPurged) {
      this.#remove(record)
      this.#purged.set(record.id, record)
      return
    }
    const records = this.#byObject.get(record.object)
    if (!records) {
      this.#homeless.set(record.id, record)
      return
    }
    const before = records.get(record.id)
    if (before) this.#index.remove(before)
    else this.#count += 1
    records.set(record.id, record)
    this.#index.add(record)
    if (record.deletedAtMs === null) this.#bin.delete(record.id)
    else this.#bin.set(record.id, record)
  }

  #remove({ id, object }: StoredRecord): void {
    this.#purged.delete(id)
    this.#bin.delete(id)
    const record = this.get(object, id)
    if (!record) return
    this.#index.remove(record)
    this.#byObject.get(object)?.delete(id)
    this.#count -= 1
  }
}
