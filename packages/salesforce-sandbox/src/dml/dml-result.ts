import type { Access } from '../access/access.ts'
import type { Org } from '../org.ts'

/** Who saves, and through what. */
export interface Actor {
  readonly userId: string
  readonly via: string
  readonly client: string | null
  readonly access: Access
}

export interface Dml {
  readonly org: Org
  readonly actor: Actor
}

export interface DmlError {
  readonly code: string
  readonly message: string
  readonly fields: readonly string[]
  /** Status of a single-record call that fails with it. */
  readonly status: number
}

export type DmlResult =
  | { readonly ok: true; readonly id: string; readonly created: boolean; readonly changed: boolean }
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
