import { createPrivateKey, sign } from 'node:crypto'

export interface JwtClaims {
  readonly clientId: string
  readonly username: string
  /** The login host as Salesforce knows it: login, test, or the My Domain. */
  readonly audience: string
  /** PEM; line breaks may be written as \n, as they are in environment variables. */
  readonly privateKey: string
}

/** Salesforce takes at most three minutes; the rest is room for clocks that differ. */
const LIFE_SECONDS = 120

/** A signed assertion for the JWT bearer flow. Throws when the key is no RSA key in PEM. */
export function signAssertion(claims: JwtClaims, nowMs: number): string {
  const head = encode({ alg: 'RS256' })
  const body = encode({
    iss: claims.clientId,
    sub: claims.username,
    aud: claims.audience,
    exp: Math.floor(nowMs / 1000) + LIFE_SECONDS,
  })
  const key = createPrivateKey(claims.privateKey.replaceAll(String.raw`\n`, '\n'))
  const signature = sign('RSA-SHA256', Buffer.from(`${head}.${body}`), key)
  return `${head}.${body}.${signature.toString('base64url')}`
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
