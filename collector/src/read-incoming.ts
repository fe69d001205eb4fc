import { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { releaseBytes } from '@leadline/stream/release-bytes'
import type { ReadBytes } from './event-request.ts'
import type { Arrival, Arrivals } from './limit/arrivals.ts'
import { bodyTooLarge, incompleteBody, parseLength } from './read-body.ts'

/**
 * A request whose body can be taken as the parser hands it on, past the stream that it is otherwise: that costs more
 * than all of our looking at an event, and a body of an event mostly comes in one piece, together with its head.
 */
export class TakenMessage extends IncomingMessage {
  #body: Body | undefined

  /** Its body, at most `maxBytes`. What comes beyond them is thrown away as it comes. To be asked for in the turn in which the request comes. */
  takeBody(maxBytes: number, arrivals: Arrivals): Promise<ReadBytes> {
    const declared = parseLength(this.headers['content-length'])
    if (declared !== undefined && declared > maxBytes) return Promise.resolve(bodyTooLarge(maxBytes))
    // To node:http it is consumed from here on.
    this._read(0)
    return new Promise((resolve) => {
      this.#body = new Body({
        maxBytes,
        declared,
        resolve,
        begin: () => arrivals.begin(() => this.destroy()),
      })
    })
  }

  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    if (this.#body === undefined) return super.push(chunk, encoding)
    if (chunk === null) this.#body.end()
    else this.#body.add(chunk)
    return true
  }

  static {
    // node:http asks for it when it has answered. Its declarations call it a field, which no accessor may override.
    Object.defineProperty(this.prototype, 'readableEnded', {
      get(this: TakenMessage): unknown {
        const isTaken = this.#body !== undefined
        return isTaken ? this.complete : Reflect.get(Readable.prototype, 'readableEnded', this)
      },
    })
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#body?.break()
    super._destroy(error, done)
  }
}

interface BodyParts {
  readonly maxBytes: number
  /** Undefined when it is not known before (chunked). */
  readonly declared: number | undefined
  readonly resolve: (result: ReadBytes) => void
  readonly begin: () => Arrival
}

class Body {
  #parts: BodyParts | undefined
  #chunks: Buffer[] = []
  #length = 0
  #arrival: Arrival | undefined

  constructor(parts: BodyParts) {
    this.#parts = parts
  }

  add(chunk: Buffer): void {
    const parts = this.#parts
    if (parts === undefined) return
    this.#length += chunk.length
    if (this.#length > parts.maxBytes) return this.#settle(bodyTooLarge(parts.maxBytes))
    this.#chunks.push(chunk)
    // Most bodies come in one piece, which is not worth counting.
    if (this.#length === parts.declared) return
    this.#arrival ??= parts.begin()
    this.#arrival.add(chunk.length)
  }

  end(): void {
    this.#settle({ ok: true, bytes: join(this.#chunks) })
  }

  /** The connection is gone; after the end that changes nothing. */
  break(): void {
    this.#settle(incompleteBody)
  }

  /** The request keeps this until it is answered: what it holds on to then must be small. */
  #settle(result: ReadBytes): void {
    this.#arrival?.end()
    this.#arrival = undefined
    this.#parts?.resolve(result)
    this.#parts = undefined
    this.#chunks = []
  }
}

/** Most bodies come in one piece, which is not copied. */
function join(chunks: readonly Buffer[]): Uint8Array {
  const [only] = chunks
  if (only && chunks.length === 1) return only
  const whole = Buffer.concat(chunks)
  chunks.forEach(releaseBytes)
  return whole
}
