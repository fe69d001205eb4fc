import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Answer } from './answers.ts'
import type { EventRequest, ReadBytes } from './event-request.ts'
import type { Arrivals } from './limit/arrivals.ts'
import type { TakenMessage } from './read-incoming.ts'
import type { EventHandler } from './routes/collect.ts'

export type NodeHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown

export interface NodeDoorParts {
  readonly handlers: ReadonlyMap<string, EventHandler>
  readonly rest: NodeHandler
  readonly arrivals: Arrivals
}

/**
 * Events straight from node:http, everything else through `rest`. A Request and a Response around each event
 * cost a third of what one process can take.
 */
export const createNodeDoor =
  ({ handlers, rest, arrivals }: NodeDoorParts): RequestListener<typeof TakenMessage> =>
  (incoming, outgoing) => {
    const handler = incoming.method === 'POST' ? handlers.get(pathOf(incoming.url ?? '')) : undefined
    if (handler === undefined) void rest(incoming, outgoing)
    else
      void handler(new NodeRequest(incoming, arrivals)).then((answer) =>
        writeAnswer(answer, incoming, outgoing),
      )
  }

/** As the app's router sees it: without the query, a slash at the end makes no difference. */
function pathOf(url: string): string {
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  return path.endsWith('/') ? path.slice(0, -1) : path
}

const NO_HEADERS = {}
const NO_RAW_HEADERS: string[] = []

class NodeRequest implements EventRequest {
  readonly peer: string | undefined
  readonly url: string
  readonly #incoming: TakenMessage
  readonly #arrivals: Arrivals

  constructor(incoming: TakenMessage, arrivals: Arrivals) {
    this.peer = incoming.socket.remoteAddress
    this.url = incoming.url ?? '/'
    this.#incoming = incoming
    this.#arrivals = arrivals
  }

  header(name: string): string | undefined {
    const value = this.#incoming.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }

  letGo(): void {
    this.#incoming.headers = NO_HEADERS
    this.#incoming.rawHeaders = NO_RAW_HEADERS
  }

  readBody(maxBytes: number): Promise<ReadBytes> {
    return this.#incoming.takeBody(maxBytes, this.#arrivals)
  }
}

function writeAnswer(
  { status, headers, body }: Answer,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const length = body === null ? 0 : Buffer.byteLength(body)
  outgoing.writeHead(status, { ...headers, 'content-length': length })
  outgoing.end(body)
  // The rest of a body that nobody reads, or the connection would never be free again.
  if (!incoming.complete) incoming.resume()
}
