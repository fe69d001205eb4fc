import { createHash, randomBytes } from 'node:crypto'

export interface Pkce {
  /** 43 characters. */
  readonly verifier: string
  readonly challenge: string
}

export function drawPkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

export const drawState = (): string => randomBytes(24).toString('base64url')
