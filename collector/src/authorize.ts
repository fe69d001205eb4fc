import type { Refusal } from '@leadline/contract'
import { mayUse, type Key, type Keys } from './keys.ts'
import { refusal } from './refusals.ts'

export type Authorized =
  | { readonly ok: true; readonly key: Key; readonly presented: string }
  | { readonly ok: false; readonly refusal: Refusal }

/** Finds the key that a request presents and whether it may be used from where the request comes. */
export function authorize(presented: string | undefined, origin: string | undefined, keys: Keys): Authorized {
  if (presented === undefined)
    return refused('missing_key', 'no key; send Authorization: Basic or Bearer, or writeKey in the body')
  const key = keys.find(presented)
  if (key === undefined) return refused('unknown_key', 'the key is not known here; check it and the host')
  if (!mayUse(key, origin))
    return refused(
      'origin_not_allowed',
      "pages of this origin may not use the key; add it to the key's origins",
    )
  return { ok: true, key, presented }
}

/** The key in an Authorization header: Basic with the key as user name, with or without colon, or Bearer. */
export function parseAuthorization(header: string | undefined): string | undefined {
  const [, scheme = '', credentials = ''] = /^(basic|bearer) +(\S+)$/i.exec(header ?? '') ?? []
  const key = scheme.toLowerCase() === 'basic' ? parseBasic(credentials) : credentials
  return key === '' ? undefined : key
}

const parseBasic = (credentials: string): string =>
  Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0] ?? ''

const refused = (
  code: 'missing_key' | 'unknown_key' | 'origin_not_allowed',
  message: string,
): Authorized => ({
  ok: false,
  refusal: refusal(code, message),
})
