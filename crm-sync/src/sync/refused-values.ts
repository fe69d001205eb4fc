import { NOTHING_REFUSED, type RefusalOf } from '../plan/field-mapping.ts'
import { CRM_OBJECTS, type CrmObject } from '../plan/operation.ts'
import { fitValue, type FieldValue, type ObjectSchema } from '../plan/field-values.ts'

/** Code of a field that vanished from describe. */
const LOST = 'INVALID_FIELD'

interface Refusal {
  readonly signature: string
  readonly object: CrmObject
  readonly field: string
  /** Undefined: whatever the value. */
  readonly value: FieldValue | undefined
}

/** So many values wait at most; beyond that the oldest are tried again. */
const MAX_REFUSALS = 20_000

/**
 * Values that Salesforce refused for a field: a field that is hidden or gone, a value that a picklist lost. Records are
 * written without them until one goes through again, or the process starts anew.
 */
export class RefusedValues {
  readonly #byKey = new Map<string, Refusal>()
  /** Fields of the mapping that describe has shown, as `Object.Field`. */
  readonly #seen = new Set<string>()

  /** Values that were put to the test again, until describe was read anew. */
  #probed: readonly Refusal[] = []

  refuse(refusal: Refusal): void {
    this.#byKey.set(keyOf(refusal.object, refusal.field, refusal.value), refusal)
    for (const key of this.#byKey.keys()) {
      if (this.#byKey.size <= MAX_REFUSALS) break
      this.#byKey.delete(key)
    }
  }

  /**
   * Tells the signature of the refusal that keeps a value back, as known now. A round goes by one of these: what is put
   * to the test in the midst of it would be left out without a word where its description rules the value out.
   */
  snapshot(): RefusalOf {
    if (this.#byKey.size === 0) return NOTHING_REFUSED
    const known = new Map(this.#byKey)
    return (object, field, value) =>
      (known.get(keyOf(object, field, undefined)) ?? known.get(keyOf(object, field, value)))?.signature
  }

  /** A field of the mapping that was there and is not any more was hidden or removed: what it should hold waits. */
  noteFields(object: CrmObject, mapped: readonly string[], schema: ObjectSchema): void {
    for (const field of mapped) {
      const name = `${object}.${field}`
      if (schema[field]) this.#seen.add(name)
      else if (this.#seen.has(name)) this.#refuseLost(object, field)
    }
    this.#refuseStillLacking(object, schema)
  }

  /** A value that describe rules out by now is not sent, so no answer would tell that it is refused as before. */
  #refuseStillLacking(object: CrmObject, schema: ObjectSchema): void {
    for (const refusal of this.#probed.filter((one) => one.object === object)) {
      const field = schema[refusal.field]
      if (field && refusal.value !== undefined && fitValue(refusal.value, field) === undefined)
        this.refuse(refusal)
    }
    this.#probed = this.#probed.filter((one) => one.object !== object)
  }

  /** What the last process knew, from a cause that still has items waiting. */
  recall(signature: string): void {
    const [object = '', code, field = ''] = signature.split(' | ')
    if (code === LOST && isCrmObject(object)) this.#refuseLost(object, field)
  }

  #refuseLost(object: CrmObject, field: string): void {
    const signature = [object, LOST, field, 'hidden or gone'].join(' | ')
    this.refuse({ signature, object, field, value: undefined })
  }

  /** The next record tries again. */
  forget(signature: string): void {
    const forgotten = [...this.#byKey].filter(([, refusal]) => refusal.signature === signature)
    for (const [key] of forgotten) this.#byKey.delete(key)
    this.#probed = [...this.#probed, ...forgotten.map(([, refusal]) => refusal)]
  }
}

const OBJECTS: ReadonlySet<string> = new Set<CrmObject>(CRM_OBJECTS)

const isCrmObject = (object: string): object is CrmObject => OBJECTS.has(object)

const keyOf = (object: CrmObject, field: string, value: FieldValue | undefined): string =>
  JSON.stringify([object, field, value ?? null, value === undefined])
