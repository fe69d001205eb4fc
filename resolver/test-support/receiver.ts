import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it came in. */
export interface Received {
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What answers a request; `never` leaves it open, `endless` sends more and more. */
export type Behaviour = (request: Received) => Answer | 'never' | 'endless'

export interface Receiver {
  readonly url: string
  readonly received: readonly Received[]
  /** Connections that were made, with or without a request. */
  connections(): number
  /** Bytes that were written to the last endless answer. */
  bytesSent(): number
  behave(behaviour: Behaviour): void
  /** Cuts all connections that are open. */
  hangUp(): void
  close(): Promise<void>
}

/** Somebody else's server on this machine, that takes messages and answers as it is told; 200 at first. */
export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = []
  let behave: Behaviour = () => ({ status: 200 })
  let connections = 0
  let bytesSent = 0
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const one = { path: request.url ?? '', headers: request.headers, body: await readText(request) }
    received.push(one)
    const said = behave(one)
    if (said === 'never') return
    if (said === 'endless') return writeForEver(response, (bytes) => (bytesSent = bytes))
    response.writeHead(said.status, said.headers ?? {})
    response.end(said.body ?? '')
  }
  const server = http.createServer((request, response) => void answer(request, response))
  server.on('connection', () => (connections += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port }: AddressInfo = toAddress(server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    connections: () => connections,
    bytesSent: () => bytesSent,
    behave: (behaviour) => (behave = behaviour),
    hangUp: () => server.closeAllConnections(),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function toAddress(address: AddressInfo | string | null): AddressInfo {
  if (typeof address === 'object' && address) return address
  throw new Error('the receiver does not listen')
}

async function readText(request: http.IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request) text += String(part)
  return text
}

function writeForEver(response: http.ServerResponse, tell: (bytes: number) => void): void {
  const part = Buffer.alloc(16 * 1024, 'x')
  let bytes = 0
  const more = (): void => {
    while (!response.destroyed && response.write(part)) tell((bytes += part.length))
  }
  response.writeHead(200)
  response.on('drain', more)
  more()
}
