import type { IncomingMessage } from 'node:http'
import type { ReadBytes } from './event-request.ts'
import type { Arrival, Arrivals } from './limit/arrivals.ts'
import { bodyTooLarge, incompleteBody, parseLength } from './read-body.ts'

/** Reads the body of a node:http request, at most `maxBytes`. What comes beyond them is thrown away as it comes. */
export function readIncoming(
  incoming: IncomingMessage,
  maxBytes: number,
  arrivals: Arrivals,
): Promise<ReadBytes> {
  const declared = parseLength(incoming.headers['content-length'])
  if (declared !== undefined && declared > maxBytes) return Promise.resolve(bodyTooLarge(maxBytes))
  return new Promise((resolve) => {
    let chunks: Buffer[] = []
    let length = 0
    let arrival: Arrival | undefined
    // The request keeps its listeners until it is answered: what they hold on to then must be small.
    let settle: ((result: ReadBytes) => void) | undefined = resolve
    const end = (result: ReadBytes): void => {
      arrival?.end()
      settle?.(result)
      settle = undefined
      chunks = []
    }
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > maxBytes) return end(bodyTooLarge(maxBytes))
      chunks.push(chunk)
      // Most bodies come in one piece, which is not worth counting.
      if (length === declared) return
      arrival ??= arrivals.begin(() => incoming.destroy())
      arrival.add(chunk.length)
    })
    incoming.on('end', () => end({ ok: true, bytes: join(chunks) }))
    // Comes after an end too, and after an error, which node:http tells nobody who does not listen for it.
    incoming.on('close', () => end(incompleteBody))
  })
}

/** Most bodies come in one piece, which is not copied. */
const join = (chunks: readonly Buffer[]): Uint8Array =>
  chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
