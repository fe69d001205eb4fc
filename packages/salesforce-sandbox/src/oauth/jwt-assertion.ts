import { createVerify } from 'node:crypto'
import { z } from 'zod'

const claimsSchema = z.object({ iss: z.string(), sub: z.string(), aud: z.string(), exp: z.number() })
export type Assertion = z.infer<typeof claimsSchema>

/** Who says so, before it is known to be true. */
export function issuerOf(assertion: string): string | null {
  return readClaims(assertion)?.iss ?? null
}

/** The claims of an RS256 assertion; undefined when it is not signed by this key. */
export function readAssertion(assertion: string, publicKeyPem: string): Assertion | undefined {
  const [header = '', claims = '', signature = ''] = assertion.split('.')
  const isSigned = createVerify('RSA-SHA256')
    .update(`${header}.${claims}`)
    .verify(publicKeyPem, Buffer.from(signature, 'base64url'))
  return isSigned ? readClaims(assertion) : undefined
}

function readClaims(assertion: string): Assertion | undefined {
  const [, claims = ''] = assertion.split('.')
  try {
    return claimsSchema.safeParse(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'))).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
