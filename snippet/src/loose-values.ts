import { attempt } from './failures.ts'

export type LooseObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is LooseObject => Object(value) === value

/** An identifier, a name or a code of a page's or a server's: text or a number. Undefined for anything else. */
export const toText = (value: unknown): string | undefined =>
  isObject(value) ? undefined : [value].join().trim() || undefined

/** The words of a setting; undefined where the page does not say any. */
export const toWords = (setting: unknown): string[] | undefined => toText(setting)?.split(' ')

/** Whether a host is one of these domains or lies beneath one. */
export const isBeneath = (hostname: string, domains: readonly string[]): boolean =>
  domains.some((domain) => ('.' + hostname).endsWith('.' + domain))

/** The value, or an empty object where it is none: a copy of it can always be extended. */
export const toObject = (value: unknown): LooseObject => (isObject(value) ? value : {})

/**
 * Stored or received text, as an object of whatever shape; an empty one where it is no JSON. No text is read as
 * JSON too: the first exception of a page takes milliseconds.
 */
export const parseObject = (text?: string | null): ReturnType<typeof Object> =>
  Object(attempt(() => JSON.parse(text ?? 'null')))
