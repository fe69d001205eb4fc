import type { Refusal } from '@leadline/contract'
import type { WireRequest } from './dialects/dialect.ts'
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
    return key.trust === 'secret'
      ? refused('secret_key_exposed', 'a secret key must not stand in a page; use a write key there')
      : refused('origin_not_allowed', "pages of this origin may not use the key; add it to the key's origins")
  return { ok: true, key, presented }
}

/**
 * What a known key still asks for. One with a webhook secret is good for signed requests alone. Of a list only the
 * first event is signed: the others are believed when the key itself is a secret, and nobody else could have sent it.
 */
export function refuseProof(
  { isKeyInUrl, signedPart }: Pick<WireRequest, 'isKeyInUrl' | 'signedPart'>,
  { trust, webhookSecret }: Key,
  { authorization }: { readonly authorization?: string | undefined },
): Refusal | undefined {
  if (isKeyInUrl && authorization === undefined && trust === 'secret')
    return refusal('secret_key_exposed', 'a secret key must not stand in an address; use a write key there')
  if (webhookSecret === undefined) return undefined
  const part = signedPart?.(webhookSecret)
  if (part === 'all' || (part === 'first event' && trust === 'secret')) return undefined
  const advice =
    part === undefined
      ? 'check the shared secret on both sides'
      : 'of a list only the first event is signed; switch batching off or use a secret key'
  return refusal('invalid_signature', `X-Signature does not vouch for the body; ${advice}`)
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
  code: 'missing_key' | 'unknown_key' | 'origin_not_allowed' | 'secret_key_exposed',
  message: string,
): Authorized => ({
  ok: false,
  refusal: refusal(code, message),
})
