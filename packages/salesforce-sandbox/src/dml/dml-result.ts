import type { Access } from '../access/access.ts'
import type { Org } from '../org.ts'

/** Who saves, and through what. */
export interface Actor {
  readonly userId: string
  readonly via: string
  readonly client: string | null
  /** Of the API it comes through; that of a current client when not given. */
  readonly apiVersion?: number
  readonly access: Access
}

/** What a caller asks of a save by headers. */
export interface SaveOptions {
  /** Passes duplicate rules that alert; those that block stay shut. */
  readonly allowDuplicates: boolean
  /** Shows all fields of the records that a duplicate rule found. */
  readonly showDuplicates: boolean
  /** Whether the active assignment rule gives new records away, or the id of the one that does. */
  readonly autoAssign: boolean | string
}

export const DEFAULT_SAVE_OPTIONS: SaveOptions = {
  allowDuplicates: false,
  showDuplicates: false,
  autoAssign: true,
}

export interface Dml {
  readonly org: Org
  readonly actor: Actor
  readonly options?: SaveOptions
  /** Records of one object that are saved together; 1 when not given. */
  readonly chunkRows?: number
  /** Time on the stamps of a transaction that commits later than it saved. */
  readonly stampMs?: number
}

export interface DmlError {
  readonly code: string
  readonly message: string
  readonly fields: readonly string[]
  /** Status of a single-record call that fails with it. */
  readonly status: number
  /** What only a single-record call shows beside the message. */
  readonly detail?: Readonly<Record<string, unknown>>
}

export type DmlResult =
  | {
      readonly ok: true
      readonly id: string
      readonly created: boolean
      readonly changed: boolean
      /** Of a platform event: the id under which it is on its way. */
      readonly enqueued?: string
    }
  | {
      readonly ok: false
      readonly id?: string | undefined
      readonly error: DmlError
      /** Ids of the records that an upsert key matched, when they are several. */
      readonly matches?: readonly string[]
    }

export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: DmlError }

/** A value in a form that came out right. */
export function pass<T>(value: T): Checked<T> {
  return { ok: true, value }
}

export function refuse(error: DmlError): { readonly ok: false; readonly error: DmlError } {
  return { ok: false, error }
}

/** An error with status 400 unless `status` says otherwise. */
export function dmlError(
  code: string,
  message: string,
  options: { fields?: readonly string[]; status?: number } = {},
): DmlError {
  return { code, message, fields: options.fields ?? [], status: options.status ?? 400 }
}
