import { attempt } from './failures.ts'

export type LooseObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is LooseObject => typeof value === 'object' && value !== null

/** An identifier, a name or a code of a page's or a server's: text or a number. Undefined for anything else. */
export const toText = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number' ? `${value}`.trim() : '') || undefined

/** The value, or an empty object where it is none: a copy of it can always be extended. */
export const toObject = (value: unknown): LooseObject => (isObject(value) ? value : {})

/** Stored or received text, as an object; an empty one for anything else. */
export const parseObject = (text?: string | null): LooseObject =>
  toObject(attempt(() => JSON.parse(text ?? '')))
