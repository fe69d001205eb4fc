import { connect, type Socket } from 'node:net'
import { numberEvents, type Payload } from './payload.ts'

/** What came back for a request: answered 200, answered otherwise, or the connection has ended. */
export type Outcome = 'ok' | 'refused' | 'lost'

/** One connection, which has at most one request under way. */
export interface Client {
  /** Events in each request. */
  readonly events: number
  onOutcome: (outcome: Outcome) => void
  /** Numbers the request's events from `first` on. */
  send(first: number): void
}

const READ_BYTES = 16 * 1024
const STATUS = Buffer.from('HTTP/1.1 ')
const OK = Buffer.from('200')

/** Resolves when it is connected. It reads no more than the status line: what it costs, its target does not get. */
export function createClient(url: URL, payload: Payload): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new PlainClient(payload, () => socket)
    const socket = connect({
      host: url.hostname,
      port: Number(url.port),
      // As browsers and clients of servers have it; the end of a large request would wait for an acknowledgement.
      noDelay: true,
      onread: { buffer: Buffer.alloc(READ_BYTES), callback: (bytes, buffer) => client.read(bytes, buffer) },
    })
    socket.once('connect', () => resolve(client))
    socket.on('error', reject)
    socket.on('close', () => client.onOutcome('lost'))
  })
}

class PlainClient implements Client {
  readonly events: number
  onOutcome: (outcome: Outcome) => void = () => undefined
  readonly #payload: Payload
  readonly #socket: () => Socket

  constructor(payload: Payload, socket: () => Socket) {
    this.events = payload.places.length
    this.#payload = payload
    this.#socket = socket
  }

  send(first: number): void {
    numberEvents(this.#payload, first)
    this.#socket().write(this.#payload.bytes)
  }

  /** Answers are short and come in one piece; what does not begin with a status line is the rest of a longer one. */
  read(bytes: number, buffer: Uint8Array): boolean {
    const at = STATUS.length
    if (bytes < at + OK.length || STATUS.compare(buffer, 0, at) !== 0) return true
    this.onOutcome(OK.compare(buffer, at, at + OK.length) === 0 ? 'ok' : 'refused')
    return true
  }
}
