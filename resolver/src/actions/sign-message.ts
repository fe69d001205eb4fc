import { createHmac } from 'node:crypto'

export interface SignedMessage {
  readonly id: string
  readonly atMs: number
  readonly body: string
}

/** Headers of Standard Webhooks: the signature covers id, time and body. `secret` is whsec_ and base64. */
export function signMessage(secret: string, { id, atMs, body }: SignedMessage) {
  const timestamp = String(Math.floor(atMs / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}
