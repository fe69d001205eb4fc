/** HMAC-SHA256 over the time and the body, by the Web Crypto API: both sides run it, whatever their runtime. */

const ALGORITHM = { name: 'HMAC', hash: 'SHA-256' } as const
const encoder = new TextEncoder()

/** How far the clocks of both sides, and the way between them, may be apart, in ms. A replay is good no longer. */
export const SIGNATURE_WINDOW_MS = 5 * 60 * 1000

const importKey = (secret: string, use: 'sign' | 'verify') =>
  crypto.subtle.importKey('raw', encoder.encode(secret), ALGORITHM, false, [use])

const dataOf = (timeMs: number, body: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(encoder.encode(`${timeMs}.${body}`))

/** Hexadecimal. */
export async function sign(secret: string, timeMs: number, body: string): Promise<string> {
  const bytes = await crypto.subtle.sign('HMAC', await importKey(secret, 'sign'), dataOf(timeMs, body))
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export interface Signed {
  readonly signature: string
  readonly timeMs: number
  readonly body: string
}

/** Compares in constant time. */
export async function isSigned(
  secret: string,
  { signature, timeMs, body }: Signed,
  nowMs: number,
): Promise<boolean> {
  if (!(Math.abs(nowMs - timeMs) <= SIGNATURE_WINDOW_MS) || !/^[0-9a-f]{64}$/.test(signature)) return false
  const bytes = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  return await crypto.subtle.verify('HMAC', await importKey(secret, 'verify'), bytes, dataOf(timeMs, body))
}
