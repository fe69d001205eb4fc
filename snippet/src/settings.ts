import { toObject, toText } from './loose-values.ts'

/** Where events go. */
export interface Settings {
  /** Public write key. */
  readonly key: string
  /** The collector's address with its path prefix, without a trailing slash. */
  readonly host: string
}

/**
 * What the page says in the stub (`leadline.settings = { key, host }`) wins over `data-key` and
 * `data-host` of the script element, because tag managers drop attributes. Without a host it is the
 * folder that the script came from. Undefined without a key.
 */
export function readSettings(
  stubSettings: unknown,
  script: HTMLOrSVGScriptElement | null,
): Settings | undefined {
  const { src, dataset } = script instanceof HTMLScriptElement ? script : {}
  const stub = toObject(stubSettings)
  const key = toText(stub['key']) ?? dataset?.['key']
  const host = toText(stub['host']) ?? dataset?.['host'] ?? src?.replace(/\/[^/]*$/, '')
  return key && host ? { key, host } : undefined
}
