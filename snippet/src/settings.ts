import { toObject, toText, type LooseObject } from './loose-values.ts'

/** Where events go, and whatever the features are told. */
export interface Settings extends LooseObject {
  /** Public write key. */
  readonly key: string
  /** The collector's address with its path prefix, without a trailing slash. */
  readonly host: string
}

/**
 * What the page says in the stub (`leadline.settings = { key, host }`) wins over the `data-` attributes
 * of the script element, because tag managers drop attributes. Without a host it is the folder that the
 * script came from. Undefined without a key.
 */
export function readSettings(
  stubSettings: unknown,
  script: HTMLOrSVGScriptElement | null,
): Settings | undefined {
  const { src, dataset } = script instanceof HTMLScriptElement ? script : {}
  const given: LooseObject = Object.assign({}, dataset, toObject(stubSettings))
  const key = toText(given['key'])
  const host = toText(given['host']) ?? src?.replace(/\/[^/]*$/, '')
  return key && host ? { ...given, key, host } : undefined
}
